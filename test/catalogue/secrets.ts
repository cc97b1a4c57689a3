// No generated secret is to be seen where people and programs look: state, labels, logs, command lines, pages, sheets.
import { run } from "../../cli/processes";
import { isSecretRef, referencesIn } from "../../infra/services/env-value";
import { docker } from "../support/docker";
import { type Whole, minutes } from "./whole-stack";

export const secrets = (whole: () => Whole): void => {
  describe("secrets", () => {
    /** Names of the credentials whose secret is in a text, as it is or as headers carry it. */
    const seenIn = (text: string): string[] =>
      Object.entries(whole().credentials)
        .filter(([, { password }]) => forms(password).some((form) => text.includes(form)))
        .map(([name]) => name);

    it("are many, and long", () => {
      const passwords = Object.values(whole().credentials).map(({ password }) => password);
      expect(passwords.length).toBeGreaterThan(20);
      expect(new Set(passwords).size).toBe(passwords.length);
      expect(passwords.filter((password) => password.length < 32)).toEqual([]);
      // What looks for them finds one that is there.
      expect(seenIn(`x ${passwords[0]} y`)).toHaveLength(1);
    });

    it("are encrypted in the state, and not in what deployments print", async () => {
      const state = await whole().stack.exportedState();
      expect(state).toContain("ciphertext");
      expect(seenIn(state)).toEqual([]);
      expect(seenIn(whole().printed)).toEqual([]);
    });

    it("are nowhere in how a container was made, other than in its environment", async () => {
      for (const { name, env } of whole().services) {
        const [found] = JSON.parse(await docker("inspect", whole().stack.containerName(name))) as [
          { Config: { Env?: string[] } },
        ];
        const environment = found.Config.Env ?? [];
        found.Config.Env = [];
        expect({ name, seen: seenIn(JSON.stringify(found)) }).toEqual({ name, seen: [] });
        // Otherwise there would be nothing to look for.
        const secretsOfIt = Object.values(env).flatMap(referencesIn).filter(isSecretRef);
        if (secretsOfIt.some(({ secret }) => secret.endsWith(".password")))
          expect(seenIn(environment.join("\n"))).not.toEqual([]);
      }
    });

    it("are on no command line", async () => {
      for (const { name } of whole().services) {
        const processes = await docker("top", whole().stack.containerName(name), "-eo", "pid,args");
        expect(processes.trim().split("\n").length).toBeGreaterThan(1);
        expect({ name, seen: seenIn(processes) }).toEqual({ name, seen: [] });
      }
    });

    it(
      "are in no log",
      async () => {
        for (const { name } of whole().services) {
          const { stdout, stderr } = await run("docker", [
            "logs",
            whole().stack.containerName(name),
          ]);
          expect({ name, seen: seenIn(stdout + stderr) }).toEqual({ name, seen: [] });
        }
      },
      2 * minutes,
    );

    it("are in no image", async () => {
      for (const [image, id] of Object.entries(await whole().stack.imageIds())) {
        const history = await docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", id);
        expect({ image, seen: seenIn(history) }).toEqual({ image, seen: [] });
      }
    });

    it("are neither among the endpoints nor on the portal's pages", async () => {
      const { portal } = whole().endpoints;
      expect(seenIn(JSON.stringify(whole().endpoints))).toEqual([]);
      for (const path of ["/", "/status.json", "/metrics"]) {
        const response = await fetch(new URL(path, portal.url));
        expect(response.status).toBe(200);
        const said = JSON.stringify([...response.headers]) + (await response.text());
        expect({ path, seen: seenIn(said) }).toEqual({ path, seen: [] });
      }
    });

    it(
      "of students are on their sheet, and no other",
      async () => {
        for (const role of ["student", "administrator"] as const) {
          const logins = whole().services.flatMap((spec) => spec.logins ?? []);
          const own = logins.filter((login) => login.role === role);
          for (const format of ["markdown", "html"]) {
            const args = ["--role", role, "--format", format, "-s", whole().stack.name];
            const sheet = await whole().stack.succeed("handout", ...args);
            expect(seenIn(sheet).sort()).toEqual(
              [...new Set(own.map(({ credential }) => credential))].sort(),
            );
            expect(sheet).toContain(whole().endpoints.frontend.url);
          }
        }
      },
      2 * minutes,
    );
  });
};

/** As it is, and in Base64 wherever it may begin, as in the header of basic authentication. */
function forms(password: string): string[] {
  const shifted = [0, 1, 2].map((before) => {
    const encoded = Buffer.from("x".repeat(before) + password).toString("base64");
    // The first signs depend on what is before, and the last on what comes after.
    return encoded.slice(before === 0 ? 0 : 4, -4);
  });
  return [password, ...shifted];
}
