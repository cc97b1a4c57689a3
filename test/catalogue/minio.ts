// MinIO's console, as course staff use it.
import type { Page } from "playwright-core";
import { openPage, screenshot } from "../support/browser";
import { type Whole, minutes } from "./whole-stack";

export const minio = (whole: () => Whole): void => {
  describe("MinIO's console", () => {
    it(
      "turns away whoever has a wrong password",
      () =>
        visited(async (page) => {
          const { user } = whole().credentials["object-store-root"]!;
          await logIn(page, { user, password: "wrong-password" });
          await page.getByText("invalid login", { exact: false }).waitFor();
          expect(new URL(page.url()).pathname).toBe("/login");
        }),
      2 * minutes,
    );

    it(
      "shows the buckets to its administrator",
      () =>
        visited(async (page) => {
          await logIn(page, whole().credentials["object-store-root"]!);
          await page.waitForURL(/\/browser/);
          for (const bucket of ["production", "models", "labeling"])
            await page.getByText(bucket, { exact: true }).first().waitFor();
          await screenshot(page, "desktop-minio-buckets");
        }),
      2 * minutes,
    );

    async function visited(visit: (page: Page) => Promise<void>): Promise<void> {
      const page = await openPage(whole().browser);
      await page.goto(whole().endpoints.minio.url);
      await visit(page);
      await page.close();
    }
  });
};

async function logIn(
  page: Page,
  { user, password }: { user: string; password: string },
): Promise<void> {
  await page.locator("#accessKey").fill(user);
  await page.locator("#secretKey").fill(password);
  await page.getByRole("button", { name: "Login" }).click();
}
