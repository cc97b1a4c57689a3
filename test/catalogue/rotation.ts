// New passwords and keys for everything at once: the old ones open nothing any more, the new ones all that they should, and
// nothing that people made is lost.
import { dataOf } from "../support/backups";
import { eventually } from "../support/eventually";
import { JupyterClient } from "../support/jupyter-client";
import { LabelStudioClient } from "../support/label-studio";
import { LoopClient } from "../support/loop-client";
import { connected } from "../support/postgres-container";
import { drawnPhoto, realPhoto } from "../support/photos";
import type { Credentials } from "../support/test-stack";
import { type Whole, minutes } from "./whole-stack";

/** Databases of software that has one of its own; every other role works in the loop's. */
const ownDatabases: Record<string, string> = { airflow: "airflow", "label-studio": "label-studio" };

export const rotation = (whole: () => Whole): void => {
  describe("new passwords and keys for everything", () => {
    let before: Credentials;
    let clientBefore: LoopClient;
    let data: Awaited<ReturnType<typeof dataOf>>;
    /** Prediction of a photo sent before. */
    let sent: string;

    const database = (credential: string, from: Credentials) => {
      const name = ownDatabases[credential.replace(/^database-/, "")];
      return new LoopClient(whole().endpoints, from).database(name, credential);
    };
    const named = (prefix: string) =>
      Object.keys(whole().credentials).filter((name) => name.startsWith(prefix));
    const password = (name: string, from = whole().credentials) => from[name]!.password;

    it(
      "are made by one command, and reach every service",
      async () => {
        before = whole().credentials;
        clientBefore = whole().client;
        sent = (await clientBefore.upload(realPhoto("food11_8_4.jpg"))).id;
        await eventually(async () => expect(await clientBefore.rows([sent])).toHaveLength(1));
        data = await dataOf(clientBefore);
        const { stack } = whole();
        const more = ["frontend-session", "airflow-fernet"];
        whole().printed += await stack.succeed("rotate", "--all", ...more, "-s", stack.name);
        await whole().connect();
        await whole().healthy();
        const names = Object.keys(before);
        expect(Object.keys(whole().credentials)).toEqual(names);
        expect(names.filter((name) => password(name) === password(name, before))).toEqual([]);
        for (const name of names) expect(whole().credentials[name]!.user).toBe(before[name]!.user);
      },
      20 * minutes,
    );

    it("lose nothing", async () => {
      expect(await dataOf(whole().client)).toEqual(data);
    });

    it("open the database to each role, and the old ones to none", async () => {
      const roles = named("database-");
      expect(roles.length).toBeGreaterThan(5);
      for (const role of roles) {
        const says = (from: Credentials) =>
          connected(database(role, from), (db) => db.query("SELECT current_user AS user"));
        expect((await says(whole().credentials)).rows).toEqual([{ user: before[role]!.user }]);
        await expect(says(before)).rejects.toThrow("password authentication failed");
      }
    });

    it("open the object store to each user, and the old ones to none", async () => {
      const users = named("object-store-");
      expect(users.length).toBeGreaterThan(4);
      for (const user of users) {
        // Who gets in and may not list all buckets is told so.
        const answer = (client: LoopClient) =>
          client
            .objectStore(user)
            .listBuckets()
            .then(
              () => "in",
              ({ code }: { code: string }) => (code === "AccessDenied" ? "in" : code),
            );
        expect({ user, answer: await answer(whole().client) }).toEqual({ user, answer: "in" });
        const old = await answer(clientBefore);
        expect({ user, answer: old }).toEqual({ user, answer: "SignatureDoesNotMatch" });
      }
    });

    it("open Label Studio to both of its users and to programs, and the old ones to none", async () => {
      const { url } = whole().endpoints.labelStudio;
      const client = (from: Credentials) =>
        new LabelStudioClient(url, password("label-studio-token", from));
      for (const name of ["label-studio-admin", "label-studio-annotator"]) {
        const { user } = before[name]!;
        const logIn = (from: Credentials) => client(from).logIn(user, password(name, from));
        expect(await logIn(whole().credentials)).toBeDefined();
        expect(await logIn(before)).toBeUndefined();
      }
      expect(await client(whole().credentials).whoAmI()).toBeDefined();
      expect((await client(before).request("GET", "/api/current-user/whoami")).status).toBe(401);
    });

    it("open Airflow to both of its users, and the old ones to none", async () => {
      const token = async (name: string, from: Credentials): Promise<number> => {
        const { user, password: secret } = from[name]!;
        const answer = await fetch(new URL("/auth/token", whole().endpoints.airflow.url), {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ username: user, password: secret }),
        });
        return answer.status;
      };
      for (const name of ["airflow-admin", "airflow-student"]) {
        expect({ name, status: await token(name, whole().credentials) }).toEqual({
          name,
          status: 201,
        });
        expect({ name, status: await token(name, before) }).toEqual({ name, status: 401 });
      }
    });

    it("open Jupyter, and the old token doesn't", async () => {
      const { url } = whole().endpoints.jupyter;
      const asked = (from: Credentials) =>
        new JupyterClient(url, password("jupyter-token", from)).status("/api/contents");
      expect(await asked(whole().credentials)).toBe(200);
      expect(await asked(before)).toBe(403);
    });

    it("bring embeddings to who shows the new key only", async () => {
      const predict = async (from: Credentials) => {
        const photo = await whole().client.photo(await anyPhoto(whole().client));
        const answer = await fetch(new URL("/predict", whole().endpoints.inference.url), {
          method: "POST",
          headers: {
            "content-type": "image/jpeg",
            "x-internal-token": password("inference-internal", from),
          },
          body: new Uint8Array(photo),
        });
        return { status: answer.status, said: (await answer.json()) as object };
      };
      expect(await predict(whole().credentials)).toMatchObject({
        status: 200,
        said: { embedding: expect.any(String) as string },
      });
      expect(await predict(before)).toMatchObject({ status: 401, said: { code: "wrong-token" } });
    });

    it("make who uploaded before a stranger, who can go on as a new one", async () => {
      expect((await clientBefore.feedback(sent, { kind: "agree" })).status).toBe(403);
      const { id } = await whole().client.upload(drawnPhoto());
      await eventually(async () => expect(await whole().client.rows([id])).toHaveLength(1), {
        withinSeconds: 120,
      });
      expect((await whole().client.feedback(id, { kind: "agree" })).status).toBe(201);
    });

    it(
      "leave a stack that needs no change",
      async () => expect(await whole().stack.planned()).toEqual([]),
      3 * minutes,
    );
  });
};

async function anyPhoto(client: LoopClient): Promise<string> {
  const [key] = await client.photoKeys();
  return key!;
}
