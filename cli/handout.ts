// `npm run handout`: a sheet for students or administrators with the addresses of a stack and the logins that are theirs.
import { closeSync, fchmodSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { catalogue } from "../infra/services/catalogue";
import { type Role, roles } from "../infra/services/service-spec";
import { type Command, CommandError, UsageError } from "./command";
import { knownState } from "./deploy/known-state";
import { configOf } from "./deploy/stack-config";
import { nothingThere } from "./deploy/stack-host";
import { endpointsOf, outputsOf } from "./deploy/state";
import { type Credentials, sheetFor } from "./handout/sheet";
import { html } from "./handout/html";
import { markdown } from "./handout/markdown";
import { checkStackName, pulumi } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const handout: Command = {
  summary: "a sheet with addresses and logins, for students or for administrators",
  usage: `npm run handout -- --role student|administrator [OPTIONS]

${stackUsage}
      --role ROLE       whose logins: student (no password of an administrator is on that sheet) or administrator
      --format FORMAT   markdown or html (one file, for a browser or a printer); default: by the name of FILE, else markdown
      --out FILE        writes it there, for your eyes only (mode 0600), instead of printing it`,
  async run(args) {
    const { stack, role, format, out } = parseOptions(args);
    const state = await knownState(stack);
    const endpoints = endpointsOf(state);
    if (Object.keys(endpoints).length === 0) throw new CommandError(nothingThere(stack, state));
    const config = await configOf(stack);
    const { expiresAt } = outputsOf(state);
    const sheet = sheetFor(role, {
      stack,
      specs: catalogue(config),
      // What the configuration opens beyond that is for administrators.
      specsOfStudents: catalogue({ ...config, open: [] }),
      tls: config.tls,
      endpoints,
      credentials: await credentialsOf(stack),
      // Empty where nobody said when the lease ends.
      ...(typeof expiresAt === "string" && expiresAt !== "" && { expiresAt }),
    });
    const text = formats[format](sheet);
    if (out === undefined) console.log(text);
    else writePrivately(resolve(process.env["INIT_CWD"] ?? process.cwd(), out), `${text}\n`);
    return 0;
  },
};

const formats = { markdown, html } as const;
type Format = keyof typeof formats;

interface Options {
  stack: string;
  role: Role;
  format: Format;
  out?: string;
}

export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      ...stackOption,
      role: { type: "string" },
      format: { type: "string" },
      out: { type: "string" },
    },
  });
  const { out } = values;
  const format = values.format ?? (/\.html?$/.test(out ?? "") ? "html" : "markdown");
  return {
    stack: checkStackName(values.stack),
    role: oneOf("--role", values.role, roles),
    format: oneOf("--format", format, Object.keys(formats) as Format[]),
    ...(out !== undefined && { out }),
  };
}

function oneOf<Value extends string>(
  option: string,
  given: string | undefined,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === given);
  if (found === undefined)
    throw new UsageError(`${option} ${given ?? "is missing"}: give ${allowed.join(" or ")}`);
  return found;
}

async function credentialsOf(stack: string): Promise<Credentials> {
  const args = ["stack", "output", "credentials", "--json", "--show-secrets", "--stack", stack];
  return JSON.parse(await pulumi(args)) as Credentials;
}

const ownerOnly = 0o600;

/** A file that is there already is nobody else's before the first password is in it. */
export function writePrivately(path: string, text: string): void {
  const file = openForOwner(path);
  try {
    fchmodSync(file, ownerOnly);
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
  console.log(`wrote ${path}; it holds passwords: give it to whom they are for, and nobody else`);
}

function openForOwner(path: string): number {
  try {
    return openSync(path, "w", ownerOnly);
  } catch (error) {
    throw new CommandError(`${path} can't be written: ${(error as Error).message}`);
  }
}
