// `npm run ca`: the certificate by which people trust a stack's own authority.
import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Command, CommandError } from "./command";
import { knownState } from "./deploy/known-state";
import { engineOf, nothingThere, placeOf } from "./deploy/stack-host";
import { reachable } from "./engine";
import { writeWhole } from "./setup/files";
import { checkStackName } from "./setup/stack";
import { stackOption, stackUsage } from "./stack-option";

export const ca: Command = {
  summary: "the certificate of a stack's own authority, for people to trust its pages",
  usage: `npm run ca -- [--out FILE] [-s STACK]

${stackUsage}
      --out FILE      writes it there, and says where; default: prints it

With tls: internal the gateway has an authority of its own, which nobody trusts until they are told to. It can certify the
stack's host and nothing else. Give people the file and, by another way, the fingerprint.`,
  async run(args) {
    const options = { ...stackOption, out: { type: "string" } } as const;
    const { values } = parseArgs({ args, options });
    const stack = checkStackName(values.stack);
    const certificate = await authorityOf(stack);
    const about = description(certificate);
    if (values.out === undefined) {
      console.log(certificate.toString().trim());
      // Apart from the certificate, which may be on its way into a file.
      console.error(about);
      return 0;
    }
    const path = resolve(process.env["INIT_CWD"] ?? process.cwd(), values.out);
    writeWhole(path, certificate.toString());
    console.log(`${path}\n${about}`);
    return 0;
  },
};

/** The volume may still have the authority of an earlier setting; the container has this variable where it uses one. */
const certificateInUse = 'test -n "$GATEWAY_NAMES" && cat /data/authority/root.crt';

async function authorityOf(stack: string): Promise<X509Certificate> {
  const state = await knownState(stack);
  const engine = await reachable(engineOf(state));
  const containers = await engine.containers({ stack });
  if (containers.length === 0) throw new CommandError(nothingThere(stack, state));
  const gateway = containers.find(
    ({ service, status }) => service === "gateway" && status === "running",
  );
  if (!gateway)
    throw new CommandError(
      `the gateway of stack "${stack}" doesn't run on ${placeOf(state)}; npm run logs -- gateway -s ${stack} may say why`,
    );
  const text = await engine.runInside(gateway, ["sh", "-c", certificateInUse]);
  if (text === undefined)
    throw new CommandError(
      `stack "${stack}" has no authority of its own, and there is nothing to trust: that takes the setting tls: internal`,
    );
  return new X509Certificate(text);
}

/** What people compare with what their system shows before they trust it. */
export const description = ({ subject, validTo, fingerprint256 }: X509Certificate): string =>
  [
    `name         ${/^CN=(.*)$/m.exec(subject)?.[1] ?? subject}`,
    `valid until  ${new Date(validTo).toISOString().slice(0, 10)}`,
    `SHA-256      ${fingerprint256}`,
  ].join("\n");
