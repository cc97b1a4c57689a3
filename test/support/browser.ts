// A real browser, the one of the distribution.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { docker } from "./docker";
import { eventually } from "./eventually";
import { root } from "./test-stack";

export const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

export interface PageOptions extends BrowserContextOptions {
  size?: keyof typeof sizes;
}

const artifacts = join(root, "artifacts", "screenshots");

/** @param home folder of the person whose browser it is: whom it trusts is kept there */
export const launch = (home?: string): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
  });

/** A page of somebody whom the browser has never seen. */
export async function openPage(
  browser: Browser,
  { size = "desktop", ...options }: PageOptions = {},
): Promise<Page> {
  await networkAtRest();
  return browser.newPage({ viewport: sizes[size], hasTouch: size === "phone", ...options });
}

/** The kernel gives an interface its IPv6 address once nobody else turned out to have it. */
const settlingSeconds = 4;

/**
 * Chromium ends what it loads whenever an address of the machine comes or goes (ERR_NETWORK_CHANGED), and every container
 * that starts or stops brings or takes one.
 */
async function networkAtRest(): Promise<void> {
  const recent = ["--since", `${settlingSeconds}s`, "--until", "0s", "--filter", "type=network"];
  await eventually(async () => {
    const changes = await docker("events", ...recent);
    if (changes !== "") throw new Error(`containers come and go:\n${changes}`);
  });
}

/** Keeps a picture of the whole page, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
}
