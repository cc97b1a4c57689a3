// A stack that an earlier revision deployed, with what people made in it, becomes one of this revision: the same rows and
// photos, the same passwords, each migration once. The earlier revision is the real one, from this clone's history.
import { randomBytes } from "node:crypto";
import { copyFileSync, cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, run, succeed } from "../cli/processes";
import { finding } from "../cli/setup/findings";
import { dataOf } from "./support/backups";
import { eventually } from "./support/eventually";
import { LoopClient } from "./support/loop-client";
import { Person } from "./support/person";
import { allRealPhotos, realPhoto } from "./support/photos";
import {
  type Credentials,
  type Endpoints,
  freePorts,
  root,
  smallSettings,
} from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(5 * minutes);

/** The last one before the whole catalogue: four services, two migrations, no gateway in front of them. */
const earlier = "53b6d9d7b9afce3404f60dce3614a3b5c09ee23d";
const migrations = join(root, "app/database/migrations/loop");

const folder = mkdtempSync(join(tmpdir(), "feedback-loop-upgrade-"));
const before = join(folder, "clone");
const backup = join(folder, "before.tar");
const name = `test-${randomBytes(4).toString("hex")}`;
const settings = `Pulumi.${name}.yaml`;
const environment = {
  ...process.env,
  PULUMI_BACKEND_URL: `file://${folder}`,
  PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
};

/** Runs one of the commands of a clone, without the step that looks after its packages. */
function commandIn(clone: string, ...args: string[]): Promise<Result> {
  const program = ["--import", "tsx", join(clone, "cli/main.ts")];
  return run(process.execPath, [...program, ...args], { cwd: clone, env: environment });
}

async function succeedIn(clone: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await commandIn(clone, ...args);
  if (exitCode === 0) return stdout;
  throw new Error(`${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
}

const up = (clone: string) =>
  succeedIn(clone, "pulumi", "up", "-s", name, "--yes", "--skip-preview", "--color", "never");

const configure = (clone: string, given: readonly (readonly [string, string])[]) =>
  succeedIn(
    clone,
    ...["pulumi", "config", "set-all", "-s", name, "--path"],
    ...given.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
  );

async function output<T>(what: string): Promise<T> {
  const args = ["pulumi", "stack", "output", what, "--json", "--show-secrets", "-s", name];
  return JSON.parse(await succeedIn(root, ...args)) as T;
}

/** The earlier revision as a clone of its own, with this one's packages and toolchain. */
async function cloneEarlier(): Promise<void> {
  await succeed("git", ["clone", "--quiet", "--no-checkout", root, before]);
  await succeed("git", ["-C", before, "checkout", "--quiet", earlier]);
  symlinkSync(join(root, "node_modules"), join(before, "node_modules"));
  cpSync(join(root, ".pulumi/setup"), join(before, ".pulumi/setup"), { recursive: true });
}

async function settingsOfEarlier(): Promise<[string, string][]> {
  const endpoints = ["frontend", "inference", "minio", "objectStore", "postgres"];
  const ports = await freePorts(endpoints.length);
  const mirror = finding("images")?.registryMirror;
  return [
    ...endpoints.map((endpoint, at): [string, string] => [`ports.${endpoint}`, `${ports[at]}`]),
    ["open[0]", "inference"],
    ["open[1]", "objectStore"],
    ["open[2]", "postgres"],
    ["healthTimeoutSeconds", "300"],
    ...(mirror ? [["registryMirror", mirror] as [string, string]] : []),
  ];
}

describe("a stack of an earlier revision", () => {
  let client: LoopClient;
  /** Somebody with the cookie of the time before. */
  let person: Person;
  let credentials: Credentials;
  let url: string;
  let data: Awaited<ReturnType<typeof dataOf>>;
  let ids: string[];

  const connect = async () => {
    const endpoints = await output<Endpoints>("endpoints");
    credentials = await output<Credentials>("credentials");
    client = new LoopClient(endpoints, credentials);
    url = endpoints.frontend.url;
  };
  /** Rows of the tables that the earlier revision had, but that of the migrations, and all objects. */
  const dataNow = async () => {
    const { tables, ...buckets } = await dataOf(client);
    const kept = ["public.embeddings", "public.feedback", "public.predictions"];
    return { ...buckets, tables: Object.fromEntries(kept.map((table) => [table, tables[table]!])) };
  };
  const migrationsRun = async () => {
    const rows = await client.query<{ name: string }>("SELECT name FROM migrations ORDER BY id");
    return rows.map(({ name: migration }) => migration);
  };

  beforeAll(async () => {
    await cloneEarlier();
    await succeedIn(before, "pulumi", "stack", "init", name);
    await configure(before, await settingsOfEarlier());
    await up(before);
    copyFileSync(join(before, settings), join(root, settings));
    await connect();
    person = new Person(() => url);
    ids = [];
    for (const photo of allRealPhotos()) ids.push((await person.upload(photo)).id);
    expect((await person.feedback(ids[0]!, { kind: "correction", classIndex: 3 })).status).toBe(
      201,
    );
    await eventually(async () => expect(await client.rows(ids)).toHaveLength(ids.length));
    await eventually(async () => expect(await client.feedbackRows()).toHaveLength(1));
    data = await dataNow();
  }, 20 * minutes);

  afterAll(async () => {
    await succeedIn(root, "destroy", "-s", name, "--volumes", "--yes");
    rmSync(folder, { recursive: true });
    rmSync(join(root, settings), { force: true });
  }, 5 * minutes);

  it("is backed up by this revision before anything else", async () => {
    const free = (await smallSettings()).filter(([key]) => !isOfEarlier(key));
    await configure(root, free);
    expect(await succeedIn(root, "backup", "-s", name, "--out", backup)).toContain(
      `bucket production: ${ids.length} objects`,
    );
  });

  it(
    "comes up with this one, with what was in it and the same passwords",
    async () => {
      const old = credentials;
      await up(root);
      await connect();
      expect(credentials).toMatchObject(old);
      expect(await dataNow()).toEqual(data);
      // The browser of that time is still known.
      expect((await person.feedback(ids[1]!, { kind: "agree" })).status).toBe(201);
      const { id } = await person.upload(realPhoto("food11_8_4.jpg"));
      await eventually(async () => expect(await client.rows([id])).toHaveLength(1), {
        withinSeconds: 120,
      });
    },
    20 * minutes,
  );

  it("ran each migration once", async () => {
    const files = readdirSync(migrations).sort();
    expect(files.length).toBeGreaterThan(2);
    expect(await migrationsRun()).toEqual(files.map((file) => file.replace(/\.sql$/, "")));
  });

  it(
    "takes back the backup of the time before, and runs the later migrations again, once",
    async () => {
      await succeedIn(root, "restore", backup, "-s", name, "--replace", "--yes");
      expect(await dataNow()).toEqual(data);
      const files = readdirSync(migrations).sort();
      expect(await migrationsRun()).toEqual(files.map((file) => file.replace(/\.sql$/, "")));
    },
    10 * minutes,
  );

  it("needs no change then", async () => {
    const { stdout } = await commandIn(root, "pulumi", "preview", "-s", name, "--json");
    const { steps = [] } = JSON.parse(stdout) as { steps?: { op: string; urn: string }[] };
    const changes = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    expect(changes).toEqual([]);
  });
});

/** Ports that are published already stay where they are. */
const isOfEarlier = (key: string) =>
  /^ports\.(frontend|inference|minio|objectStore|postgres)$/.test(key);
