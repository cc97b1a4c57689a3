// A backup of the running stack, as people take it and bring it back into an empty stack. The long tests bring one back over what is there.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed } from "../../cli/processes";
import { dataOf } from "../support/backups";
import { LoopClient } from "../support/loop-client";
import { drawnPhoto, realPhoto } from "../support/photos";
import { TestStack } from "../support/test-stack";
import { type Whole, minutes } from "./whole-stack";

/** Of the databases of a whole stack, those of other software. */
const others = ["airflow", "label-studio"];

export const backup = (whole: () => Whole): void => {
  describe("a backup", () => {
    const folder = mkdtempSync(join(tmpdir(), "feedback-loop-backup-"));
    const file = join(folder, "whole.tar");
    let data: Awaited<ReturnType<typeof dataOf>>;

    afterAll(() => rmSync(folder, { recursive: true }));

    it(
      "is written while the stack runs, for nobody else to read",
      async () => {
        await whole().client.save(realPhoto("food11_3_411.jpg"));
        data = await dataOf(whole().client);
        expect(Object.keys(data.production).length).toBeGreaterThan(0);
        const { stack } = whole();
        const told = await stack.succeed("backup", "-s", stack.name, "--out", file);
        expect(told).toContain(file);
        expect(told).toMatch(/database airflow: \d+ rows/);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const again = await stack.command("backup", "-s", stack.name, "--out", file);
        expect(again).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining("is there already") as string,
        });
      },
      5 * minutes,
    );

    it(
      "holds no password, key or token of the stack",
      async () => {
        const passwords = Object.entries(whole().credentials);
        const seenIn = (text: string) =>
          passwords.filter(([, { password }]) => text.includes(password)).map(([name]) => name);
        const postgres = whole().stack.containerName("postgres");
        for (const database of ["loop", ...others]) {
          const rows = await succeed("sh", [
            "-c",
            `tar -xOf '${file}' 'databases/${database}.dump' | docker exec -i '${postgres}' pg_restore --file=-`,
          ]);
          expect(rows).toContain("COPY public.");
          expect({ database, seen: seenIn(rows) }).toEqual({ database, seen: [] });
        }
        expect(seenIn(await succeed("tar", ["-xOf", file, "manifest.json"]))).toEqual([]);
      },
      2 * minutes,
    );

    it(
      "comes back into an empty stack, rows and objects as they were",
      async () => {
        const empty = await TestStack.create();
        try {
          await empty.up();
          const restore = ["restore", file, "-s", empty.name] as const;
          const refused = await empty.command(...restore);
          expect(refused.exitCode).toBe(1);
          expect(refused.stderr).toContain("no place for database airflow, database label-studio");
          await empty.succeed(...restore, "--partial");
          const endpoints = await empty.endpoints();
          const credentials = await empty.credentials();
          const client = new LoopClient(endpoints, credentials);
          expect(await dataOf(client)).toEqual(data);
          await client.save(drawnPhoto());
          const over = await empty.command(...restore, "--partial");
          expect(over.exitCode).toBe(1);
          expect(over.stderr).toContain("holds data already");
          expect(await empty.planned()).toEqual([]);
        } finally {
          await empty.dispose();
        }
      },
      20 * minutes,
    );
  });
};
