// People's browsers before the gateway: who was given the authority's certificate sees the pages, and nobody else does.
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ca } from "../cli/ca";
import { screenshot } from "./support/browser";
import { type GatewayContainer, ToyStack } from "./support/gateway-container";
import { launchTrusting, type TrustingBrowser } from "./support/trusting-browser";
import { Visitor } from "./support/visitor";

const folder = mkdtempSync(join(tmpdir(), "feedback-loop-test-"));
const certificateFile = join(folder, "authority.crt");

let stack: ToyStack;
let gateway: GatewayContainer;
let trusting: TrustingBrowser;

beforeAll(async () => {
  stack = await ToyStack.create();
  gateway = await stack.startGateway({ tls: "internal" });
  expect(await ca.run(["-s", stack.prefix, "--out", certificateFile])).toBe(0);
  trusting = await launchTrusting(certificateFile);
}, 900_000);
afterAll(async () => {
  await trusting?.close();
  await stack?.dispose();
  rmSync(folder, { recursive: true });
}, 120_000);

it("gives out the certificate of its authority, and not its key", () => {
  const content = readFileSync(certificateFile, "utf8");
  expect(new X509Certificate(content)).toMatchObject({
    ca: true,
    subject: "O=FeedbackLoop\nCN=FeedbackLoop at 127.0.0.1",
  });
  expect(content).not.toContain("PRIVATE");
});

it.each(["127.0.0.1", "localhost"])("shows its pages at %s to who trusts it", async (host) => {
  const { page } = await Visitor.of(trusting.browser);
  await page.goto(`${gateway.url("frontend", host)}/page`);
  expect(await page.title()).toBe("A page");
  expect(await page.evaluate("isSecureContext")).toBe(true);
});

it("leads from plain HTTP to the same page", async () => {
  const { page } = await Visitor.of(trusting.browser);
  const secure = `${gateway.url("frontend")}/page`;
  await page.goto(secure.replace("https:", "http:"));
  expect(page.url()).toBe(secure);
  expect(await page.title()).toBe("A page");
});

it("carries WebSockets of its pages", async () => {
  const { page } = await Visitor.of(trusting.browser);
  await page.goto(`${gateway.url("jupyter")}/page`);
  const heard = await page.evaluate(
    (address) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(address);
        socket.onopen = () => socket.send("hello");
        socket.onmessage = ({ data }) => resolve(data);
        socket.onerror = () => reject(new Error("no WebSocket"));
      }),
    `${gateway.url("jupyter").replace("https:", "wss:")}/ws`,
  );
  expect(heard).toBe("hello");
});

it("is refused by a browser that was told nothing", async () => {
  const { browser, close } = await launchTrusting();
  try {
    const { page } = await Visitor.of(browser);
    const opened = page.goto(`${gateway.url("frontend")}/page`);
    await expect(opened).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
  } finally {
    await close();
  }
}, 60_000);

it("is refused under a name that it has no certificate for", async () => {
  const { page } = await Visitor.of(trusting.browser);
  const opened = page.goto(`${gateway.url("frontend", "other.localhost")}/page`);
  await expect(opened).rejects.toThrow("ERR_CERT_COMMON_NAME_INVALID");
});

it("says which service is down, on a page for everybody, and shows the service's own once it is back", async () => {
  await stack.removeToy("labelStudio");
  const desktop = await Visitor.of(trusting.browser);
  const phone = await Visitor.of(trusting.browser, { size: "phone" });
  for (const visitor of [desktop, phone]) {
    await visitor.page.goto(`${gateway.url("labelStudio")}/page`);
    const heading = visitor.page.getByRole("heading", { name: "Toy labels can't be reached" });
    expect(await heading.isVisible()).toBe(true);
    expect(await visitor.barriers()).toEqual([]);
    expect(visitor.complaints).toEqual([]);
  }
  await screenshot(desktop.page, "gateway-service-down");
  await screenshot(phone.page, "gateway-service-down-phone");
  await stack.startToy("labelStudio");
  await desktop.page.getByRole("heading", { name: "Behind the gateway" }).waitFor();
  await phone.leave();
}, 60_000);
