// A program: prints the public host keys that a server of an OpenStack cloud has told on its console, each `TYPE KEY` on a
// line of its own. Its arguments are the cloud's name in clouds.yaml and the server's id. Where they can't be read it prints
// nothing, says why on standard error, and ends well all the same: not every cloud keeps consoles. The gate runs it.
import { consoleHostKeys } from "../openstack/console-host-keys";
import { Session } from "../openstack/session";

async function main([cloud = "", serverId = ""]: string[]): Promise<void> {
  const keys = await consoleHostKeys(await Session.open(cloud), serverId);
  for (const key of keys) console.log(key);
  if (keys.length === 0) console.error("the server's console shows no host keys");
}

main(process.argv.slice(2)).catch((error: unknown) =>
  console.error(`the server's console can't be read: ${(error as Error).message}`),
);
