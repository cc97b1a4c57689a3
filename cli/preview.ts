// `npm run preview`: what a stack would create, or what a change of the program changes, from the files alone: no Pulumi, no
// credentials, no Docker, no network, no state.
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { type Command, UsageError } from "./command";
import { root } from "./paths";
import { hasFile, isTracked, withBaseTree } from "./preview/base-tree";
import { difference, losesData } from "./preview/difference";
import { differenceMarkdown, renderingMarkdown } from "./preview/markdown";
import { render } from "./preview/render";
import type { Rendering } from "./preview/rendering";
import { stackFile } from "./preview/settings";
import { differenceText, renderingText } from "./preview/text";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

const formats = {
  text: { rendering: renderingText, difference: differenceText },
  markdown: { rendering: renderingMarkdown, difference: differenceMarkdown },
};
type Format = keyof typeof formats;

export const preview: Command = {
  summary: "what a stack would create, or what a change changes, from the files alone",
  usage: `npm run preview [-- OPTIONS]

${stackUsage}
      --base REF      what this work tree changes against a revision
      --format FORMAT text or markdown; default text

Needs no credentials, no Docker, no network and no state. Settings are those of Pulumi.STACK.yaml where there is one, and
the defaults of Pulumi.yaml. Ends with 2 when, against REF, something that holds data would be replaced or removed.`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ...stackOption,
        base: { type: "string" },
        format: { type: "string", default: "text" },
      },
    });
    const stack = checkStackName(values.stack);
    const format = formats[checkFormat(values.format)];
    const salt = randomBytes(32).toString("hex");
    const now = await render({
      tree: root,
      stack,
      settingsFolder: root,
      salt,
      what: "this work tree",
    });
    if (values.base === undefined) {
      console.log(format.rendering(stack, now));
      return 0;
    }
    const { base } = values;
    const found = difference(await baseRendering({ base, stack, salt }), now);
    console.log(format.difference({ stack, base }, found));
    return losesData(found) ? 2 : 0;
  },
};

function checkFormat(given: string): Format {
  if (given in formats) return given as Format;
  throw new UsageError(`--format ${given}: allowed are ${Object.keys(formats).join(", ")}`);
}

const nothing: Rendering = { resources: [], outputs: {} };

interface BaseOptions {
  base: string;
  stack: string;
  salt: string;
}

/** The other revision's program, with its own settings; with this clone's where git knows of none. */
async function baseRendering({ base, stack, salt }: BaseOptions): Promise<Rendering> {
  const file = stackFile(stack);
  const say = console.error;
  return withBaseTree(base, say, async (tree) => {
    const hasOwn = hasFile(tree, file);
    if (!hasOwn && (await isTracked(file))) {
      say(`${base} has no ${file}: the stack is new`);
      return nothing;
    }
    return render({ tree, stack, settingsFolder: hasOwn ? tree : root, salt, what: base });
  });
}
