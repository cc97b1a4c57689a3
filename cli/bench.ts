// `npm run bench -- NAME`: comparisons with other ways to do the same; each is a program below bench/.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Command, UsageError } from "./command";
import { root } from "./paths";
import { attach } from "./processes";

const folder = join(root, "bench");
const program = (name: string) => join(folder, name, "main.ts");

export const bench: Command = {
  summary: "comparisons with other ways to do the same",
  usage: "npm run bench -- NAME    (npm run bench -- --help lists them)",
  async run([name, ...args]) {
    const names = readdirSync(folder).filter((entry) => existsSync(program(entry)));
    const list = `npm run bench -- NAME [--help]\n\nThere are: ${names.join(", ")}`;
    if (name === "--help" || name === "-h") {
      console.log(list);
      return 0;
    }
    if (name === undefined || !names.includes(name)) throw new UsageError(list);
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    return attach(process.execPath, ["--import", tsx, program(name), ...args], { cwd: root });
  },
};
