// From the values that a program sends to Pulumi's engine to those that may be shown: unknowns in words, secrets hidden.
import { createHash } from "node:crypto";
import { type Value, fingerprint, knownLater } from "./rendering";

/** Fixed strings of Pulumi's protocol (sdk/go/common/resource/properties.go and plugin/rpc.go of pulumi/pulumi). */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface Shown {
  /** Key of the fingerprints: without it nobody can try out what a secret is. */
  salt: string;
  /** Texts that depend on the machine alone, and what is shown for them. */
  aliases: readonly (readonly [text: string, shown: string])[];
}

const secretWord = "(secret)";
const hashLength = 16;

/** A value of the protocol (`Struct` as JavaScript) as it may be shown. */
export function shownValue(wire: unknown, shown: Shown): Value {
  if (typeof wire === "string")
    return wire === unknownValue ? `(${knownLater})` : aliased(wire, shown);
  if (Array.isArray(wire)) return wire.map((entry) => shownValue(entry, shown));
  if (typeof wire !== "object" || wire === null) return wire as Value;
  const fields = wire as Record<string, unknown>;
  if (fields[signatureKey] === secretSignature) return hidden(fields["value"], shown);
  return Object.fromEntries(
    Object.entries(fields).map(([key, entry]) => [key, shownValue(entry, shown)]),
  );
}

const aliased = (text: string, { aliases }: Shown): string =>
  aliases.reduce((result, [from, to]) => result.replaceAll(from, to), text);

/** Of environments the names may be seen, the values not; of everything else nothing. */
function hidden(secret: unknown, shown: Shown): Value {
  if (Array.isArray(secret) && secret.every((entry) => typeof entry === "string"))
    return secret.map((entry) => hiddenText(entry, shown));
  if (typeof secret === "string") {
    const lines = secret.split("\n");
    return lines.every((line) => line === "" || isAssignment(line))
      ? lines.map((line) => (line === "" ? "" : hiddenText(line, shown))).join("\n")
      : hiddenText(secret, shown);
  }
  return hiddenText(JSON.stringify(secret ?? null), shown);
}

const assignment = /^([A-Za-z_][A-Za-z0-9_]*=)/;
const isAssignment = (line: string) => assignment.test(line);

function hiddenText(text: string, { salt }: Shown): string {
  if (text === unknownValue) return `(secret, ${knownLater})`;
  const later = text.includes(knownLater) ? `(secret, ${knownLater})` : secretWord;
  const hash = createHash("sha256").update(salt).update(text).digest("hex");
  return `${assignment.exec(text)?.[1] ?? ""}${later}${fingerprint(hash.slice(0, hashLength))}`;
}
