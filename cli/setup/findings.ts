// What set-up found out about this machine, for the commands that come after: one small file a finding.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommandError } from "../command";
import { stateFolder } from "../paths";
import { readIfThere, writeWhole } from "./files";

export interface Findings {
  toolchain: Toolchain;
  images: {
    /** Serves Docker Hub's images where Docker Hub can't be reached. */
    registryMirror?: string;
    /** What the mirror was filled by; another one is filled again. */
    key?: string;
  };
}

export interface Toolchain {
  /** Where `pulumi` and its language host are. */
  binFolder: string;
  /** `PULUMI_HOME`: the plugins. Undefined: the user's own. */
  home?: string;
  /** The folder that holds everything that was built here; undefined for official programs. */
  builtIn?: string;
  /** What it was made from; another one is set up again. */
  key: string;
}

const fileOf = (name: keyof Findings) => join(stateFolder, "setup", `${name}.json`);

export function finding<K extends keyof Findings>(name: K): Findings[K] | undefined {
  const content = readIfThere(fileOf(name));
  return content === undefined ? undefined : (JSON.parse(content) as Findings[K]);
}

export function keepFinding<K extends keyof Findings>(name: K, value: Findings[K]): void {
  writeWhole(fileOf(name), `${JSON.stringify(value)}\n`);
}

/** Whether this clone was set up once; what was found then may be gone. */
export const wasSetUp = (): boolean => finding("toolchain") !== undefined;

/** Whether Pulumi can be used in this clone: a cache may have been emptied since it was set up. */
export function isSetUp(): boolean {
  const found = finding("toolchain");
  return found !== undefined && existsSync(join(found.binFolder, "pulumi"));
}

export function toolchain(): Toolchain {
  const found = finding("toolchain");
  if (found) return found;
  throw new CommandError("This clone isn't set up yet: run npm start");
}
