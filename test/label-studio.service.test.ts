// Label Studio's image as its spec runs it, and the project's job, with a real PostgreSQL and MinIO behind them.
import { readFileSync } from "node:fs";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { Client as ObjectStore } from "minio";
import { labelStudio } from "../infra/services/label-studio";
import type { LabelStudioClient, Project, Storage, Task } from "./support/label-studio";
import { LabelStudioContainers } from "./support/label-studio-containers";
import { drawnPhoto } from "./support/photos";

const minutes = 60_000;
const bucket = "labeling";
const json = "application/json";

describe("Label Studio", () => {
  let containers: LabelStudioContainers;
  let client: LabelStudioClient;

  beforeAll(async () => {
    containers = await LabelStudioContainers.start();
    client = await containers.client();
  }, 15 * minutes);

  afterAll(() => containers?.remove(), 2 * minutes);

  const login = (credential: string) => containers.logins[credential]!;
  const asAnnotator = () => {
    const { user, password } = login("label-studio-annotator");
    return client.logIn(user, password);
  };

  it("is healthy by its spec's own check", async () => {
    expect((await containers.exec(...labelStudio().health.command)).exitCode).toBe(0);
  });

  it("lets in its users, and nobody with a wrong password", async () => {
    for (const credential of ["label-studio-admin", "label-studio-annotator"]) {
      const { user, password } = login(credential);
      const cookies = await client.logIn(user, password);
      expect(cookies).toMatch(/label-studio-session=/);
      expect(await whoIs(client, cookies!)).toBe(user);
      expect(await client.logIn(user, `${password}x`)).toBeUndefined();
    }
    const { password } = login("label-studio-admin");
    for (const user of ["loop@gourmetgram.example", "nobody@gourmetgram.example"])
      expect(await client.logIn(user, password)).toBeUndefined();
  });

  it("has no sign-up", async () => {
    const before = await client.users();
    const stranger = { email: "stranger@gourmetgram.example", password: "a-good-password" };
    expect((await client.submit("/user/signup/", stranger)).status).toBe(403);
    expect(await client.users()).toEqual(before);
  });

  it("answers programs with the token, and nobody else", async () => {
    expect((await client.whoAmI()).email).toBe("loop@gourmetgram.example");
    for (const headers of [{}, { authorization: "Token 0123456789abcdef0123456789abcdef" }])
      expect((await client.fetch("/api/projects/", { headers })).status).toBe(401);
  });

  it("changes nothing for a page of another origin, which has the session's cookie too", async () => {
    const cookie = (await asAnnotator())!;
    const create = (origin: string) =>
      client.fetch("/api/projects/", {
        method: "POST",
        headers: { cookie, origin, "content-type": json },
        body: JSON.stringify({ title: "Made by a page" }),
      });
    const { hostname } = new URL(client.url);
    for (const origin of [`http://${hostname}:8888`, "https://elsewhere.example", "null"])
      expect((await create(origin)).status).toBe(403);
    expect(await client.projects("Made by a page")).toEqual([]);
    const made = await create(client.url);
    expect(made.status).toBe(201);
    await client.api("DELETE", `/api/projects/${((await made.json()) as Project).id}/`);
  });

  describe("the evaluation project", () => {
    const only = async (): Promise<{ project: Project; storage: Storage }> => {
      const [project, ...others] = await client.projects();
      const [storage, ...more] = await client.storages(project!.id);
      expect([...others, ...more]).toEqual([]);
      return { project: project!, storage: storage! };
    };

    it("is made once, by a job that may run again", async () => {
      const made = await containers.project();
      expect(made).toMatch(/^made project \d+, Evaluation\nmade storage \d+ on bucket labeling$/m);
      const before = await only();
      expect(await containers.project()).toBe("nothing to do\n");
      expect(await only()).toEqual(before);
    });

    it("offers the eleven classes in order, each with a key, and shows no model's answer", async () => {
      const { project } = await only();
      const choices = [...project.label_config.matchAll(/<Choice value="([^"]+)" hotkey="(.)"/g)];
      expect(choices.map(([, name]) => name)).toEqual(FOOD_CLASSES);
      expect(new Set(choices.map(([, , key]) => key)).size).toBe(FOOD_CLASSES.length);
      expect(project.show_collab_predictions).toBe(false);
    });

    it("is mended where somebody changed it", async () => {
      const { project, storage } = await only();
      await client.api("PATCH", `/api/projects/${project.id}/`, { show_collab_predictions: true });
      await client.api("PATCH", `/api/storages/s3/${storage.id}`, { presign: true });
      const mended = await containers.project();
      expect(mended).toMatch(/^changed project \d+: show_collab_predictions$/m);
      expect(mended).toMatch(/^mended storage \d+: .*presign/m);
      expect((await only()).project.show_collab_predictions).toBe(false);
      expect((await only()).storage.presign).toBe(false);
      expect(await containers.project()).toBe("nothing to do\n");
    });

    it("is mended where its storage has keys that don't open the bucket any more", async () => {
      const { storage } = await only();
      const old = { aws_access_key_id: "label-studio", aws_secret_access_key: "an-older-password" };
      await client.api("PATCH", `/api/storages/s3/${storage.id}`, old);
      expect(await containers.project()).toMatch(/^mended storage \d+: .*aws_secret_access_key/m);
      expect(await containers.project()).toBe("nothing to do\n");
      await client.sync(storage);
    });

    it("makes a task of a photo in the bucket, and streams it to whoever is logged in", async () => {
      const { project, storage } = await only();
      await containers.addPhoto("6f1c7a52.jpg", drawnPhoto());
      await client.sync(storage);
      await client.sync(storage);
      const tasks = await client.tasks(project.id);
      expect(tasks.map(({ data }) => data)).toEqual([{ image: `s3://${bucket}/6f1c7a52.jpg` }]);
      expect(await photoOf(client, (await asAnnotator())!, tasks[0]!.id)).toEqual(
        readFileSync(drawnPhoto()),
      );
      const anonymous = await client.fetch(await linkTo(client, tasks[0]!.id));
      expect(anonymous.status).toBe(401);
    });

    it("takes a label from the annotator, which the token's owner reads", async () => {
      const { project } = await only();
      const [task] = await client.tasks(project.id);
      const result = [
        { from_name: "food", to_name: "photo", type: "choices", value: { choices: ["Egg"] } },
      ];
      const answer = await client.fetch(`/api/tasks/${task!.id}/annotations/`, {
        method: "POST",
        headers: { cookie: (await asAnnotator())!, origin: client.url, "content-type": json },
        body: JSON.stringify({ result, lead_time: 1.5 }),
      });
      expect(answer.status).toBe(201);
      const [annotation] = await client.annotations(task!.id);
      expect(annotation!.result[0]!.value).toEqual({ choices: ["Egg"] });
    });
  });

  it("reads its own bucket, and has no other right in the object store", async () => {
    const { user, password } = login("object-store-label-studio");
    const [endPoint = "", port] = containers.store.address.split(":");
    const store = new ObjectStore({
      endPoint,
      port: Number(port),
      useSSL: false,
      accessKey: user,
      secretKey: password,
    });
    await containers.store.client.putObject("production", "class_03/egg.jpg", "photo");
    const denied = { code: "AccessDenied" };
    expect((await store.statObject(bucket, "6f1c7a52.jpg")).size).toBeGreaterThan(0);
    await expect(store.putObject(bucket, "mine.jpg", "mine")).rejects.toMatchObject(denied);
    await expect(store.removeObject(bucket, "6f1c7a52.jpg")).rejects.toMatchObject(denied);
    await expect(store.getObject("production", "class_03/egg.jpg")).rejects.toMatchObject(denied);
  });

  it("reads from no private address but the operator's, and from no file of its own", async () => {
    const [project] = await client.projects();
    const reserved: unknown = expect.stringContaining("reserved network address");
    const { user, password } = login("object-store-root");
    const keys = { aws_access_key_id: user, aws_secret_access_key: password };
    for (const endpoint of [
      "http://minio:9000",
      "http://169.254.169.254",
      "http://127.0.0.1:8080",
    ]) {
      const body = { project: project!.id, bucket: "production", s3_endpoint: endpoint, ...keys };
      const answer = await client.request("POST", "/api/storages/s3/", body);
      expect([answer.status, await answer.text()]).toEqual([403, reserved]);
    }
    const imported = await client.fetch(`/api/projects/${project!.id}/import`, {
      method: "POST",
      headers: { authorization: `Token ${client.token}` },
      body: new URLSearchParams({ url: "http://minio:9000/minio/health/live" }),
    });
    expect([imported.status, await imported.text()]).toEqual([400, reserved]);
    const file = { project: project!.id, path: "/proc/self", use_blob_urls: true };
    expect((await client.request("POST", "/api/storages/localfiles/", file)).status).toBe(404);
    expect(await client.storages(project!.id)).toHaveLength(1);
  });

  it(
    "comes up with rotated credentials, its data and its sessions as they were",
    async () => {
      const cookie = (await asAnnotator())!;
      const old = { ...login("label-studio-admin"), client };
      const [project] = await client.projects();
      const tasks = await client.tasks(project!.id);
      for (const credential of [
        "database-label-studio",
        "object-store-label-studio",
        "label-studio-admin",
        "label-studio-token",
      ])
        containers.logins[credential] = {
          ...login(credential),
          password: `another${login(credential).password.slice(0, 25)}`,
        };
      await containers.provision();
      await containers.startService();
      client = await containers.client();

      expect(await containers.project()).toBe("nothing to do\n");
      expect(await client.tasks(project!.id)).toEqual(tasks);
      expect(await client.annotations(tasks[0]!.id)).toHaveLength(1);
      expect(await client.logIn(old.user, old.password)).toBeUndefined();
      expect(await client.logIn(old.user, login("label-studio-admin").password)).toBeDefined();
      const before = { authorization: `Token ${old.client.token}` };
      expect((await client.fetch("/api/projects/", { headers: before })).status).toBe(401);
      // Of the annotator nothing was rotated: still logged in, and the photo comes with the new keys.
      expect(await photoOf(client, cookie, tasks[0]!.id)).toEqual(readFileSync(drawnPhoto()));
    },
    10 * minutes,
  );
});

async function whoIs(client: LabelStudioClient, cookie: string): Promise<string> {
  const answer = await client.fetch("/api/current-user/whoami", { headers: { cookie } });
  return ((await answer.json()) as { email: string }).email;
}

/** The address that the labelling page has for a task's photo. */
const linkTo = async (client: LabelStudioClient, task: number): Promise<string> =>
  (await client.api<Task>("GET", `/api/tasks/${task}`)).data["image"]!;

/** The photo as the page gets it: from Label Studio itself, with no detour. */
async function photoOf(client: LabelStudioClient, cookie: string, task: number): Promise<Buffer> {
  const link = await linkTo(client, task);
  expect(link).toMatch(/^\/tasks\/\d+\/resolve\/\?fileuri=[\w%=-]+$/);
  const answer = await client.fetch(link, { headers: { cookie }, redirect: "manual" });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
  return Buffer.from(await answer.arrayBuffer());
}
