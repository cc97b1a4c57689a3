// A real browser that trusts one more authority than it came with, as that of a person who was given its certificate:
// Chromium on Linux reads those from the NSS database in the home folder.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { succeed } from "../../cli/processes";
import { launch } from "./browser";

export interface TrustingBrowser {
  browser: Browser;
  /** Ends it, and forgets whom it trusted. */
  close: () => Promise<void>;
}

/** @param certificateFile in PEM; without one it trusts what every browser does */
export async function launchTrusting(certificateFile?: string): Promise<TrustingBrowser> {
  const home = mkdtempSync(join(tmpdir(), "feedback-loop-home-"));
  const forget = () => rmSync(home, { recursive: true, force: true });
  try {
    if (certificateFile !== undefined) await trust(certificateFile, home);
    const browser = await launch(home);
    const close = async () => {
      await browser.close();
      forget();
    };
    return { browser, close };
  } catch (error) {
    forget();
    throw error;
  }
}

async function trust(certificateFile: string, home: string): Promise<void> {
  const folder = join(home, ".pki", "nssdb");
  mkdirSync(folder, { recursive: true });
  const database = ["-d", `sql:${folder}`];
  await succeed("certutil", ["-N", "--empty-password", ...database]);
  // C: it may certify servers, and nothing else.
  const how = ["-n", "authority of the test", "-t", "C,,", "-i", certificateFile];
  await succeed("certutil", ["-A", ...how, ...database]);
}
