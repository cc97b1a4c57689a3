// The portal in the whole stack: it shows every service as it is, leads to each, and tells no password. And what the
// frontend sees of its visitors with the gateway in front of it.
import { screenshot, sizes } from "../support/browser";
import { docker } from "../support/docker";
import { eventually } from "../support/eventually";
import { Person } from "../support/person";
import { Visitor } from "../support/visitor";
import type { WholeStack } from "./whole-stack";

const minutes = 60_000;
const patience = { withinSeconds: 180, everyMs: 1000 };

/** Endpoints that have a page of their own, by the title on the portal. */
const pages = {
  frontend: "GourmetGram",
  labelStudio: "Label Studio",
  airflow: "Airflow",
  jupyter: "Jupyter",
  minio: "MinIO",
} as const;

/** What /status.json says of a service. */
interface Told {
  name: string;
  title: string;
  url: string;
  state: string;
}

export const portal = (whole: () => WholeStack): void => {
  describe("the portal", () => {
    const url = () => whole().endpoints.portal.url;
    const told = async (): Promise<Told[]> => {
      const response = await fetch(new URL("/status.json", url()));
      return ((await response.json()) as { services: Told[] }).services;
    };
    const allHealthy = () =>
      eventually(async () => {
        const ill = (await told()).filter(({ state }) => state !== "healthy");
        expect(ill).toEqual([]);
      }, patience);

    it(
      "knows every service that people or programs reach, and that it is healthy",
      async () => {
        await allHealthy();
        const { endpoints } = whole();
        const shown = Object.fromEntries((await told()).map(({ name, url }) => [name, { url }]));
        const others = Object.entries(endpoints)
          .filter(([name]) => !["portal", "postgres"].includes(name))
          .map(([name, { url }]) => [name, { url }]);
        expect(shown).toEqual(Object.fromEntries(others));
      },
      4 * minutes,
    );

    it.each(Object.keys(sizes) as (keyof typeof sizes)[])(
      "has no barrier on a %s, and says that everything runs",
      async (size) => {
        const one = await Visitor.of(whole().browser, { size });
        await one.page.goto(url());
        await one.page.getByText("Everything is running.").waitFor({ timeout: 2 * minutes });
        expect(await one.barriers()).toEqual([]);
        await screenshot(one.page, `${size}-portal-whole`);
        expect(one.complaints).toEqual([]);
        await one.leave();
      },
      4 * minutes,
    );

    it(
      "leads to every service's page",
      async () => {
        for (const [endpoint, title] of Object.entries(pages)) {
          // Of its own: a page that has just been reached may be on its way to its login yet.
          const one = await Visitor.of(whole().browser);
          await one.page.goto(url());
          await one.page.getByRole("link", { name: title, exact: true }).click();
          const address = whole().endpoints[endpoint as keyof typeof pages].url;
          await one.page.waitForURL((at) => at.origin === new URL(address).origin);
          const seen = await fetch(one.page.url());
          expect([title, seen.status]).toEqual([title, 200]);
          await one.leave();
        }
      },
      6 * minutes,
    );

    it("names who signs in, and tells no password", async () => {
      const { credentials } = whole();
      const page = await (await fetch(url())).text();
      const status = await (await fetch(new URL("/status.json", url()))).text();
      for (const name of ["label-studio-annotator", "airflow-student"])
        expect(page).toContain(`<code>${credentials[name]!.user}</code>`);
      const passwords = Object.values(credentials).map(({ password }) => password);
      expect(passwords.length).toBeGreaterThan(10);
      expect(passwords.filter((one) => page.includes(one) || status.includes(one))).toEqual([]);
    });

    it(
      "shows on an open page that a service went down, and that it is back",
      async () => {
        const { stack, browser } = whole();
        const one = await Visitor.of(browser);
        await one.page.goto(url());
        await one.page.getByText("Everything is running.").waitFor({ timeout: 2 * minutes });
        await one.page.evaluate("window.isSamePage = true");
        await docker("stop", stack.containerName("jupyter"));
        try {
          await one.page.getByText("Jupyter is not available.").waitFor({ timeout: 2 * minutes });
          await screenshot(one.page, "desktop-portal-one-down");
        } finally {
          await docker("start", stack.containerName("jupyter"));
        }
        await one.page.getByText("Everything is running.").waitFor({ timeout: 4 * minutes });
        expect(await one.page.evaluate<boolean>("window.isSamePage")).toBe(true);
        await one.leave();
      },
      10 * minutes,
    );
  });

  describe("GourmetGram behind the gateway", () => {
    const url = () => whole().endpoints.frontend.url;

    it(
      "tells visitors apart by their own address, not by one that they make up",
      async () => {
        const headers = { "x-forwarded-for": "198.51.100.77" };
        const response = await fetch(url(), { headers });
        const line = await logLineOf(whole(), response.headers.get("x-request-id"));
        const gateway = await addressesOf(whole(), "gateway");
        expect(line.address).toMatch(/^[\d.]+$/);
        expect([...gateway, "198.51.100.77"]).not.toContain(line.address);
      },
      minutes,
    );

    it(
      "answers a photo that is too large, whole as it is",
      async () => {
        const person = new Person(url);
        const tooLarge = Buffer.alloc(24 * 2 ** 20);
        const response = await person.post("large.jpg", tooLarge);
        expect(response.status).toBe(413);
        expect(await response.json()).toMatchObject({ code: "photo-too-large" });
      },
      2 * minutes,
    );

    it(
      "answers what it refuses before it reads it",
      async () => {
        const body = new Blob([Buffer.alloc(24 * 2 ** 20)], { type: "text/plain" });
        const headers = { accept: "application/json" };
        const response = await fetch(url(), { method: "POST", body, headers });
        expect(response.status).toBe(415);
        expect(await response.json()).toMatchObject({ code: "wrong-content-type" });
      },
      2 * minutes,
    );
  });
};

/** What the frontend's log has of one request. */
async function logLineOf(
  { stack }: WholeStack,
  requestId: string | null,
): Promise<{ address: string }> {
  return eventually(async () => {
    const log = await docker("logs", "--since", "5m", stack.containerName("frontend"));
    const line = log.split("\n").find((one) => one.includes(`"reqId":"${requestId}"`));
    if (line === undefined) throw new Error(`nothing of request ${requestId} in the log yet`);
    return JSON.parse(line) as { address: string };
  });
}

/** In all networks of the container. */
async function addressesOf({ stack }: WholeStack, service: string): Promise<string[]> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
  const found = await docker("inspect", "--format", format, stack.containerName(service));
  return found.trim().split(" ");
}
