// A stack's settings as Pulumi would hand them to the program, read from the files alone: defaults from Pulumi.yaml, the
// stack's own values over them. Encrypted values can't be read without the passphrase and are not asked for.
import { join } from "node:path";
import { parse } from "yaml";
import { CommandError } from "../command";
import { readIfThere } from "../setup/files";

export interface Project {
  name: string;
  /** Folder of the program, relative to the clone. */
  main: string;
}

interface ProjectFile {
  name: string;
  main?: string;
  config?: Record<string, unknown>;
}

export const stackFile = (stack: string) => `Pulumi.${stack}.yaml`;

export function readProject(tree: string): Project {
  const { name, main = "." } = projectFile(tree);
  return { name, main };
}

/** Settings by full key. `stackFolder`: where the stack's own file is looked for. */
export function readSettings(
  tree: string,
  stack: string,
  stackFolder = tree,
): Record<string, string> {
  const project = projectFile(tree);
  const own = readIfThere(join(stackFolder, stackFile(stack)));
  return settings(project, own === undefined ? {} : (parse(own) as StackFile));
}

/** For what a deployer alone can name, in a stack whose settings are still those that everybody shares. */
const standIns = {
  openstack: { reservationId: "00000000-0000-0000-0000-000000000000" },
  // For documentation (RFC 5737).
  allowedCidrs: { ssh: ["192.0.2.0/24"] },
};

export interface Completed {
  settings: Record<string, string>;
  /** Keys with a value in place of the deployer's. */
  missing: string[];
}

/** Settings with which a program for a cloud can be rendered, whether or not anybody has said yet who deploys it. */
export function completed(project: string, given: Record<string, string>): Completed {
  const full = (key: string) => `${project}:${key}`;
  if (given[full("target")] !== "chameleon") return { settings: given, missing: [] };
  const object = (key: string) => objectOf(given[full(key)]);
  const openstack = object("openstack");
  const allowedCidrs = object("allowedCidrs");
  const settings = { ...given };
  const missing: string[] = [];
  if (!openstack["reservationId"] && !openstack["flavor"]) {
    settings[full("openstack")] = JSON.stringify({ ...openstack, ...standIns.openstack });
    missing.push("openstack.reservationId");
  }
  if (!("ssh" in allowedCidrs)) {
    settings[full("allowedCidrs")] = JSON.stringify({ ...allowedCidrs, ...standIns.allowedCidrs });
    missing.push("allowedCidrs.ssh");
  }
  return { settings, missing };
}

/** Anything else is for the program to refuse. */
function objectOf(text = "{}"): Record<string, unknown> {
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
}

interface StackFile {
  config?: Record<string, unknown>;
}

export function settings(project: ProjectFile, stack: StackFile | null): Record<string, string> {
  const full = (key: string) => (key.includes(":") ? key : `${project.name}:${key}`);
  const declared = Object.entries(project.config ?? {}).map(([key, entry]): [string, unknown] => [
    full(key),
    declaredValue(entry),
  ]);
  const set = Object.entries(stack?.config ?? {}).map(([key, value]): [string, unknown] => [
    full(key),
    value,
  ]);
  return Object.fromEntries(
    [...declared, ...set]
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, asText(readable(value))]),
  );
}

/** `KEY: VALUE`, or a description of the key with its `default` or `value`. */
function declaredValue(entry: unknown): unknown {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return entry;
  const { value, default: fallback } = entry as { value?: unknown; default?: unknown };
  return value ?? fallback;
}

/** `{secure: …}`, at any depth, in words. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== "object" || value === null) return value;
  if ("secure" in value) return "(secret)";
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, readable(entry)]));
}

const asText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

function projectFile(tree: string): ProjectFile {
  const content = readIfThere(join(tree, "Pulumi.yaml"));
  if (content === undefined)
    throw new CommandError(`${tree} has no Pulumi.yaml: no program to render`);
  return parse(content) as ProjectFile;
}
