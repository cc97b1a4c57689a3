// Jupyter in the whole stack, through the gateway: who gets in, a cell that runs over a WebSocket, the first notebook
// against the database, and that its logins for the stores can change nothing.
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { Page } from "playwright-core";
import { openPage, screenshot } from "../support/browser";
import {
  JupyterClient,
  numbersByLabel,
  oneCell,
  plotsOfCell,
  textOfCell,
} from "../support/jupyter-client";
import { runNotebook } from "../support/jupyter-container";
import { drawnPhoto } from "../support/photos";
import type { WholeStack } from "./whole-stack";

const minutes = 60_000;
const notebook = "prediction-log.ipynb";
/** A loaded machine takes long to start a kernel. */
const patience = { timeout: 2 * minutes };

export const jupyter = (whole: () => WholeStack): void => {
  describe("Jupyter", () => {
    const server = () => {
      const { endpoints, credentials } = whole();
      return new JupyterClient(endpoints.jupyter.url, credentials["jupyter-token"]!.password);
    };

    it(
      "turns away whoever has another token",
      async () => {
        const client = server();
        for (const token of [undefined, "wrong"])
          expect(await client.as(token).status("/api/contents")).toBe(403);
        const page = await onLoginPage(whole());
        await logIn(page, "wrong");
        await page.getByText("Invalid credentials").waitFor(patience);
        expect(new URL(page.url()).pathname).toBe("/login");
        await page.context().close();
      },
      4 * minutes,
    );

    it(
      "shows the project's notebooks to whoever has the token, and runs a cell",
      async () => {
        const client = server();
        await client.writeNotebook("scratch.ipynb", oneCell("print('six times seven is', 6 * 7)"));
        const page = await onLoginPage(whole());
        await logIn(page, client.token!);
        const files = page.getByRole("region", { name: /file browser/i });
        await files.getByText(notebook).waitFor(patience);
        expect(new URL(page.url()).pathname).toMatch(/^\/lab/);
        await page.goto(`${client.url}/lab/tree/scratch.ipynb`);
        // What is run before the kernel is ready is forgotten.
        await page.getByText("Python 3 | Idle").waitFor(patience);
        await page.getByText("print('six times seven is'").click(patience);
        await page.keyboard.press("Shift+Enter");
        await page.getByText("six times seven is 42").waitFor(patience);
        await screenshot(page, "desktop-jupyter");
        await page.context().close();
        await client.stopKernels();
        await client.remove("scratch.ipynb");
      },
      8 * minutes,
    );

    it(
      "runs its notebook unattended, which counts what the database has",
      async () => {
        const { client, stack } = whole();
        await client.save(drawnPhoto());
        const run = await runNotebook(stack.containerName("jupyter"), notebook);
        const counted = FOOD_CLASSES.map((name): [string, number] => [name, 0]);
        for (const { class_index: index } of await client.allRows()) counted[index]![1] += 1;
        expect(numbersByLabel(textOfCell(run, "counts"))).toEqual(Object.fromEntries(counted));
        for (const cell of ["counts-plot", "confidence", "photos"])
          expect(plotsOfCell(run, cell)).toHaveLength(1);
      },
      5 * minutes,
    );

    it("has a database role that reads the log and changes nothing", async () => {
      const { client } = whole();
      const asJupyter = (sql: string) => client.query(sql, [], "database-jupyter");
      for (const table of ["predictions", "embeddings", "feedback"]) {
        await asJupyter(`SELECT count(*) FROM ${table}`);
        for (const change of [
          `INSERT INTO ${table} SELECT * FROM ${table}`,
          `UPDATE ${table} SET stored_at = now()`,
          `DELETE FROM ${table}`,
          `TRUNCATE ${table}`,
        ])
          await expect(asJupyter(change)).rejects.toThrow("permission denied");
      }
      await expect(asJupyter("CREATE TABLE mine ()")).rejects.toThrow("permission denied");
      await expect(asJupyter("SELECT * FROM training_jobs")).rejects.toThrow("permission denied");
    });

    it("has an object-store user that reads photos and models, and changes nothing", async () => {
      const { client } = whole();
      const store = client.objectStore("object-store-jupyter");
      const [key = ""] = await client.photoKeys();
      expect((await store.statObject("production", key)).size).toBeGreaterThan(0);
      expect(await store.bucketExists("models")).toBe(true);
      const denied = { code: "AccessDenied" };
      for (const bucket of ["production", "models", "labeling"])
        await expect(store.putObject(bucket, "mine.txt", "mine")).rejects.toMatchObject(denied);
      await expect(store.removeObject("production", key)).rejects.toMatchObject(denied);
      await expect(store.getObject("labeling", "any")).rejects.toMatchObject(denied);
      expect((await store.statObject("production", key)).size).toBeGreaterThan(0);
    });
  });
};

async function onLoginPage({ browser, endpoints }: WholeStack): Promise<Page> {
  const page = await openPage(browser);
  await page.goto(endpoints.jupyter.url);
  await page.waitForURL(/\/login\?/, patience);
  return page;
}

async function logIn(page: Page, token: string): Promise<void> {
  await page.getByLabel(/password or token/i).fill(token);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}
