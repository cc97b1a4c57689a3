// A stack's configuration, as commands need it.
import { type Config, readConfig } from "../../infra/config";
import { CommandError } from "../command";
import { pulumi } from "../setup/stack";

/** As the stack's program reads it; rejects with all that is wrong in it. */
export async function configOf(stack: string): Promise<Config> {
  const prefix = "feedback-loop:";
  const values = JSON.parse(await pulumi(["config", "--json", "--stack", stack])) as Record<
    string,
    { value?: string }
  >;
  const own = Object.entries(values).filter(([key]) => key.startsWith(prefix));
  try {
    return readConfig(
      Object.fromEntries(own.map(([key, { value = "" }]) => [key.slice(prefix.length), value])),
    );
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
