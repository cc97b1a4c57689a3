// Airflow in the whole stack: who gets in, in a real browser through the gateway, and what a student starts there: the
// check of all connections, and a job that goes to the trainer and back.
import type { Page } from "playwright-core";
import { AirflowClient } from "../support/airflow-client";
import { openPage, screenshot } from "../support/browser";
import type { WholeStack } from "./whole-stack";

const minutes = 60_000;
/** A loaded machine takes long to render Airflow's pages. */
const patience = { timeout: 3 * minutes };
const runSeconds = 480;

export const airflow = (whole: () => WholeStack): void => {
  describe("Airflow", () => {
    const student = () => AirflowClient.login(whole(), "airflow-student");

    it(
      "turns away whoever has a wrong password",
      async () => {
        const page = await loginPage(whole());
        await logIn(page, "student", "a wrong password");
        await page.getByText(/invalid login/i).waitFor(patience);
        expect(new URL(page.url()).pathname).toMatch(/^\/auth\/login/);
        await page.context().close();
      },
      5 * minutes,
    );

    it.each(["airflow-student", "airflow-admin"])(
      "shows the DAGs to %s",
      async (credential) => {
        const { user, password } = whole().credentials[credential]!;
        const page = await loginPage(whole());
        await logIn(page, user, password);
        await page.waitForURL((url) => !url.pathname.startsWith("/auth/"), patience);
        await page.goto(`${whole().endpoints.airflow.url}/dags`, patience);
        for (const dag of ["check_connections", "test_training"])
          await page.getByRole("link", { name: dag }).first().waitFor(patience);
        await screenshot(page, `desktop-${credential}-dags`);
        const cookies = await page.context().cookies();
        expect(cookies.map(({ name }) => name)).toContain("airflow-session");
        await page.context().close();
      },
      6 * minutes,
    );

    it(
      "reaches every service that the loop needs",
      async () => {
        const client = await student();
        const run = await client.ended(await client.trigger("check_connections"), runSeconds);
        const states = await client.states(run);
        expect(states).toEqual({
          database: "success",
          object_store: "success",
          label_studio: "success",
          inference: "success",
        });
        for (const task of Object.keys(states)) {
          const log = await client.log(run, task);
          for (const { password } of Object.values(whole().credentials))
            expect(log.includes(password)).toBe(false);
        }
      },
      10 * minutes,
    );

    it(
      "sends a job to the trainer and gets its result",
      async () => {
        const client = await student();
        const run = await client.trigger("test_training", { seconds: 5 });
        expect(await client.ended(run, runSeconds)).toMatchObject({ state: "success" });
        expect(await client.states(run)).toEqual({
          submit: "success",
          wait: "success",
          compare: "success",
        });
        const key = `test_training/${run.dag_run_id}`;
        const sql = "SELECT status, result FROM training_jobs WHERE key = $1";
        expect(await whole().client.query(sql, [key], "database-airflow-loop")).toEqual([
          { status: "succeeded", result: { primes: 168, seconds: 5 } },
        ]);
      },
      10 * minutes,
    );

    it(
      "keeps students from what is the administrator's",
      async () => {
        const client = await student();
        const administrator = await AirflowClient.login(whole(), "airflow-admin");
        for (const path of ["/api/v2/connections", "/api/v2/variables", "/auth/fab/v1/users"]) {
          expect((await client.request("GET", path)).status).toBe(403);
          expect((await administrator.request("GET", path)).status).toBe(200);
        }
      },
      2 * minutes,
    );
  });
};

async function loginPage({ browser, endpoints }: WholeStack): Promise<Page> {
  const page = await openPage(browser);
  await page.goto(endpoints.airflow.url, patience);
  await page.waitForURL(/\/auth\/login/, patience);
  return page;
}

async function logIn(page: Page, user: string, password: string): Promise<void> {
  await page.locator("[name=username]").fill(user, patience);
  await page.locator("[name=password]").fill(password);
  await page.locator("[type=submit]").click();
}
