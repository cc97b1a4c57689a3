// Buckets, users and policies of the object store, through MinIO's own client. Running it again changes nothing.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProvisionPlan } from "./plan";
import { bucketPolicy } from "./policy";

type User = ProvisionPlan["users"][number] & { password: string };

export interface ObjectStore {
  endpoint: string;
  user: string;
  password: string;
}

export interface ObjectStoreProvisioning {
  buckets: ProvisionPlan["buckets"];
  users: readonly User[];
}

/** What mc calls the store; its address and login come from the environment. */
const alias = "store";

export async function provisionObjectStore(
  store: ObjectStore,
  { buckets, users }: ObjectStoreProvisioning,
  log: (line: string) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "provision-"));
  const mc = client(store, folder);
  try {
    for (const { name } of buckets) await mc(["mb", "--ignore-existing", `${alias}/${name}`]);
    for (const user of users) await provisionUser(mc, user, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
  log(`object store: ${buckets.length} buckets, ${users.length} users`);
}

type Mc = (args: readonly string[], input?: string) => Promise<string>;

/** The policy is set before the user is: at no time does a user exist with more than its own rights. */
async function provisionUser(mc: Mc, { name, password, buckets }: User, folder: string) {
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(bucketPolicy(buckets)));
  await mc(["admin", "policy", "create", alias, name, file]);
  // Name and password by standard input: arguments would show in the process list.
  await mc(["admin", "user", "add", alias], `${name}\n${password}\n`);
  if (await isAttached(mc, name)) return;
  await mc(["admin", "policy", "attach", alias, name, "--user", name]);
}

async function isAttached(mc: Mc, name: string): Promise<boolean> {
  const info = JSON.parse(await mc(["admin", "user", "info", alias, name])) as {
    policyName?: string;
  };
  return info.policyName === name;
}

/** Runs mc with JSON output; a failure carries mc's own words and never the login. */
function client({ endpoint, user, password }: ObjectStore, configFolder: string): Mc {
  const address = new URL(endpoint);
  address.username = user;
  address.password = password;
  const env = {
    PATH: process.env["PATH"],
    MC_CONFIG_DIR: join(configFolder, "mc"),
    [`MC_HOST_${alias}`]: address.href,
  };
  return (args, input = "") =>
    new Promise((resolve, reject) => {
      const child = execFile("mc", ["--json", ...args], { env }, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const command = args.slice(0, 4).join(" ");
        const words = `${stdout}${stderr}`.replaceAll(password, "***").trim();
        reject(new Error(`mc ${command} failed: ${words}`));
      });
      // A command that ends without reading its input is judged by its exit code.
      child.stdin?.on("error", () => undefined).end(input);
    });
}
