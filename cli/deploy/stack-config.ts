// A stack's configuration, as commands need it.
import { type Config, readConfig } from "../../infra/config";
import { CommandError } from "../command";
import { root } from "../paths";
import { readSettings } from "../preview/settings";
import { pulumi } from "../setup/stack";

/** As the stack's program reads it; rejects with all that is wrong in it. */
export async function configOf(stack: string): Promise<Config> {
  const values = JSON.parse(await pulumi(["config", "--json", "--stack", stack])) as Record<
    string,
    { value?: string }
  >;
  return configFrom(
    Object.fromEntries(Object.entries(values).map(([key, { value = "" }]) => [key, value])),
  );
}

/** The same from the clone's files alone, for when nothing is set up yet. */
export const configInFiles = (stack: string): Config => configFrom(readSettings(root, stack));

const prefix = "feedback-loop:";

function configFrom(values: Readonly<Record<string, string>>): Config {
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  try {
    return readConfig(
      Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])),
    );
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
