// A stack that two people look after: one deploys it, the other, in another clone, previews, changes and destroys it. They
// share nothing but the state in an object store and its passphrase.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finding } from "../cli/setup/findings";
import { labelled } from "./support/docker";
import { type S3Server, startS3Server } from "./support/s3-server";
import { TemporaryClone } from "./support/temporary-clone";
import { coreServices, smallSettings } from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(5 * minutes);

const bucket = "state";

describe("a stack whose state is in an object store", () => {
  const stack = `test-${randomBytes(4).toString("hex")}`;
  let store: S3Server;
  let deployer: TemporaryClone;
  let staff: TemporaryClone;

  beforeAll(async () => {
    store = await startS3Server(bucket);
    [deployer, staff] = [await TemporaryClone.create(), await TemporaryClone.create()];
    const variables = {
      AWS_ACCESS_KEY_ID: store.accessKey,
      AWS_SECRET_ACCESS_KEY: store.secretKey,
      PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
    };
    const url = `s3://${bucket}?endpoint=http://${store.address}&s3ForcePathStyle=true&region=us-east-1`;
    for (const clone of [deployer, staff]) {
      clone.variables = variables;
      await clone.succeed("pulumi", "login", url);
    }
  }, 20 * minutes);

  afterAll(async () => {
    await deployer.command("destroy", "-s", stack, "--volumes", "--yes");
    deployer.dispose();
    staff.dispose();
    await store.dispose();
  }, 5 * minutes);

  const up = (clone: TemporaryClone) =>
    clone.succeed("pulumi", "up", "-s", stack, "--yes", "--skip-preview");
  const previewsClean = (clone: TemporaryClone) =>
    clone.succeed("pulumi", "preview", "-s", stack, "--expect-no-changes");
  /** The settings of the last deployment, which its state keeps. */
  const takeSettings = (clone: TemporaryClone) =>
    clone.succeed("pulumi", "config", "refresh", "-s", stack, "--force");

  it("is deployed by one", async () => {
    await deployer.succeed("pulumi", "stack", "init", stack);
    const mirror = finding("images")?.registryMirror;
    const settings = [
      ...(await smallSettings()).map(([key, value]) => `${key}=${value}`),
      ...(mirror ? [`registryMirror=${mirror}`] : []),
    ].flatMap((setting) => ["--plaintext", setting]);
    await deployer.succeed("pulumi", "config", "set-all", "-s", stack, "--path", ...settings);
    await up(deployer);
    await previewsClean(deployer);
  });

  it("is the same stack to the other", async () => {
    await takeSettings(staff);
    await previewsClean(staff);
    expect(await staff.succeed("status", "-s", stack)).toMatch(/frontend +running +healthy/);
    const [row] = JSON.parse(await staff.succeed("stacks", "--json")) as object[];
    expect(row).toMatchObject({
      stack,
      state: `${coreServices.length} of ${coreServices.length} containers run`,
      madeBy: expect.stringMatching(`:${deployer.folder}$`) as unknown,
      inState: true,
    });
  });

  it("is changed by the other, which the first one sees", async () => {
    await staff.succeed("pulumi", "config", "set", "-s", stack, "outboxLimitMiB", "100");
    staff.write("app/provision/note.txt", "a new source\n");
    const output = await up(staff);
    expect(output).toMatch(/RemoteImage provision .*replaced/);
    expect(output).toMatch(/Container frontend .*replaced/);
    await previewsClean(staff);
    await takeSettings(deployer);
    deployer.write("app/provision/note.txt", "a new source\n");
    await previewsClean(deployer);
  });

  it("is locked while someone is at work on it, who is named, until somebody says otherwise", async () => {
    const lock = {
      pid: 1,
      username: "somebody",
      hostname: "elsewhere",
      timestamp: new Date().toISOString(),
    };
    const key = `.pulumi/locks/organization/feedback-loop/${stack}/${randomBytes(16).toString("hex")}.json`;
    await store.client.putObject(bucket, key, JSON.stringify(lock));
    const refused = await staff.command("pulumi", "up", "-s", stack, "--yes", "--skip-preview");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/locked by 1 lock.*somebody@elsewhere \(pid 1\)/s);
    await staff.succeed("pulumi", "cancel", "-s", stack, "--yes");
    await up(staff);
  });

  it("isn't taken over by a clone that has another state", async () => {
    const own = mkdtempSync(join(tmpdir(), "feedback-loop-test-"));
    const shared = staff.variables;
    staff.variables = { ...shared, PULUMI_BACKEND_URL: `file://${own}` };
    const { exitCode, stderr } = await staff.command("start", "-s", stack);
    const destroyed = await staff.succeed("destroy", "-s", stack, "--yes");
    staff.variables = shared;
    rmSync(own, { recursive: true });
    expect(stderr).toContain(`A stack "${stack}" that this clone's state doesn't know runs`);
    expect(exitCode).toBe(1);
    expect(destroyed).toContain("Left alone, made by");
    await previewsClean(staff);
  });

  it("is destroyed by the other, with nothing left", async () => {
    const output = await staff.succeed("destroy", "-s", stack, "--volumes", "--yes");
    expect(output).toContain("Removed:");
    expect(await labelled(stack)).toEqual([]);
    expect(await deployer.succeed("destroy", "-s", stack)).toContain("Nothing of");
    expect(await deployer.succeed("stacks")).toMatch(new RegExp(`${stack} .*not deployed`));
    await deployer.succeed("pulumi", "stack", "rm", "-s", stack, "--yes");
  });
});
