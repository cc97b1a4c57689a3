// A person in front of a browser of their own. Whatever the browser complains about on the way is kept: errors of
// scripts, what the content security policy forbids, and what axe finds for those who don't see or use a mouse.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { type PageOptions, openPage } from "./browser";

interface AxeResults {
  violations: { id: string; nodes: { html: string }[] }[];
}

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** Chromium's line about an answer of 4xx or 5xx, which tests provoke. */
const refusedAnswer = /^Failed to load resource: the server responded with a status of [45]\d\d/;

export class Visitor {
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !refusedAnswer.test(message.text()))
        this.complaints.push(message.text());
    });
  }

  static async of(browser: Browser, options?: PageOptions): Promise<Visitor> {
    return new Visitor(await openPage(browser, options));
  }

  /** Chooses a file and sends it; resolves on the page of its prediction, with the prediction's id. */
  async upload(file: string | { name: string; mimeType: string; buffer: Buffer }): Promise<string> {
    await this.page.setInputFiles("#photo", file);
    return this.send();
  }

  async send(): Promise<string> {
    await this.page.getByRole("button", { name: "See what it is" }).click();
    return this.arrived();
  }

  async arrived(): Promise<string> {
    await this.page.waitForURL(/\/predictions\//);
    return new URL(this.page.url()).pathname.split("/").at(-1)!;
  }

  /** What axe finds wrong with the page as it is now. */
  async barriers(): Promise<string[]> {
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate<AxeResults>("axe.run()");
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }

  leave(): Promise<void> {
    return this.page.context().close();
  }
}
