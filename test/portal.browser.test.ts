// The portal as a class meets it, in a real browser: its own program, beside a stand-in for the gateway that says of each
// service what the test wants.
import type { Browser, Page } from "playwright-core";
import { createApp } from "../app/portal/app";
import { createMetrics } from "../app/portal/metrics";
import { createProbe } from "../app/portal/probing/probe";
import { Watch } from "../app/portal/probing/watch";
import { exampleServices } from "../app/portal/testing/examples";
import { HealthServer } from "../app/portal/testing/health-server";
import { type PageOptions, launch, screenshot, sizes } from "./support/browser";
import { eventually } from "./support/eventually";
import { Visitor } from "./support/visitor";

jest.setTimeout(120_000);

describe("the portal", () => {
  let browser: Browser;
  let gateway: HealthServer;
  let watch: Watch;
  let app: ReturnType<typeof createApp>;
  let url: string;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    gateway = await HealthServer.start();
    const services = exampleServices.map((service) => ({
      ...service,
      healthUrl: gateway.url(service.name),
    }));
    const patience = { misses: 2, startSeconds: 0 };
    watch = new Watch(services, { probe: createProbe(5), everySeconds: 0.1, patience });
    const metrics = createMetrics(watch);
    const parts = { services, watch, metrics, freshSeconds: 60, revision: undefined };
    app = createApp(parts, { logger: false, trustedProxies: [] });
    watch.start();
    url = await app.listen({ host: "127.0.0.1", port: 0 });
    await eventually(() => expectState("frontend", "healthy"));
  });

  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()));
    await watch.stop();
    await app.close();
    await gateway.stop();
    expect(complaints).toEqual([]);
  });

  async function visitor(options: PageOptions = {}): Promise<Visitor> {
    const one = await Visitor.of(browser, options);
    visitors.push(one);
    await one.page.goto(url);
    return one;
  }
  const expectState = async (name: string, state: string): Promise<void> => {
    await Promise.resolve();
    expect(watch.healthOf(name).state).toBe(state);
  };
  const summary = (page: Page) => page.getByRole("status");

  describe.each(Object.keys(sizes) as (keyof typeof sizes)[])("on a %s", (size) => {
    it.each(["light", "dark"] as const)("has no barrier and fits, %s", async (colorScheme) => {
      gateway.behaviours["airflow"] = 503;
      gateway.behaviours["jupyter"] = "breaks off";
      await eventually(() => expectState("airflow", "unhealthy"));
      await eventually(() => expectState("jupyter", "unknown"));
      const { page, ...one } = await visitor({ size, colorScheme });
      expect(await visitors[0]!.barriers()).toEqual([]);
      expect(one.complaints).toEqual([]);
      const isWider = "document.documentElement.scrollWidth > window.innerWidth";
      expect(await page.evaluate<boolean>(isWider)).toBe(false);
      await screenshot(page, `${size}-portal-${colorScheme}`);
    });
  });

  it("shows what falls and what is back, without a reload", async () => {
    const { page } = await visitor();
    await page.evaluate("window.isSamePage = true");
    expect(await summary(page).textContent()).toBe("Everything is running.");
    gateway.behaviours["airflow"] = 503;
    await page.getByText("Airflow is not available.").waitFor();
    await page.getByText(/isn't ready \(status 503\)\. Checked 1 second ago/).waitFor();
    await page.getByText("Not available at this moment.").waitFor();
    delete gateway.behaviours["airflow"];
    await page.getByText("Everything is running.").waitFor();
    expect(await page.getByText("Not available").count()).toBe(0);
    expect(await page.evaluate<boolean>("window.isSamePage")).toBe(true);
  });

  it("leaves the focus where it is while it changes", async () => {
    const { page } = await visitor();
    const link = page.getByRole("link", { name: "Airflow", exact: true });
    await link.focus();
    gateway.behaviours["airflow"] = 503;
    await page.getByText("Airflow is not available.").waitFor();
    expect(await page.evaluate<string>("document.activeElement.textContent")).toBe("Airflow");
  });

  it("says when it can't know any more, and recovers", async () => {
    const { page } = await visitor();
    const stale = page.getByText("This page can’t reach the portal");
    expect(await stale.isVisible()).toBe(false);
    await page.context().setOffline(true);
    await stale.waitFor();
    expect(await visitors[0]!.barriers()).toEqual([]);
    await page.context().setOffline(false);
    await stale.waitFor({ state: "hidden" });
    visitors[0]!.complaints.length = 0; // Chromium's own lines about being offline
  });

  it("works without JavaScript: it loads itself again until that is stopped", async () => {
    const { page } = await visitor({ javaScriptEnabled: false });
    expect(await page.locator('meta[http-equiv="refresh"]').getAttribute("content")).toBe("30");
    await page.getByRole("link", { name: "Stop that" }).click();
    await page.waitForURL("**/?reload=no");
    // By element: Playwright's words don't look into `noscript`.
    expect(await page.locator("main noscript p").textContent()).toContain("stays as it is");
    expect(await page.locator('meta[http-equiv="refresh"]').count()).toBe(0);
    gateway.behaviours["airflow"] = 503;
    await eventually(() => expectState("airflow", "unhealthy"));
    await page.reload();
    expect(await summary(page).textContent()).toBe("Airflow is not available.");
  });

  it("has a way for the keyboard past its head, and every link leads to its service", async () => {
    const { page } = await visitor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate<string>("document.activeElement.textContent")).toBe(
      "Skip to content",
    );
    for (const { title, url: address, forPrograms } of exampleServices) {
      const link = page.getByRole("listitem").getByRole("link", { name: title, exact: true });
      expect(await link.count()).toBe(forPrograms ? 0 : 1);
      if (!forPrograms) expect(await link.getAttribute("href")).toBe(address);
    }
  });

  it("a page that leads nowhere has no barrier either", async () => {
    const { page } = await visitor();
    await page.goto(`${url}/nowhere`);
    await page.getByRole("heading", { name: "Nothing here" }).waitFor();
    expect(await visitors[0]!.barriers()).toEqual([]);
    await page.getByRole("link", { name: "See what is running" }).click();
    await summary(page).waitFor();
  });
});
