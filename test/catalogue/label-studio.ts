// Label Studio in the whole stack, in a real browser through the gateway: who gets in, and a photo that was drawn for
// labelling from its bucket to a label in the API.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "playwright-core";
import { openPage, screenshot } from "../support/browser";
import { eventually } from "../support/eventually";
import { type Annotation, LabelStudioClient, type Task } from "../support/label-studio";
import { realPhoto } from "../support/photos";
import type { WholeStack } from "./whole-stack";

const minutes = 60_000;
/** A loaded machine takes long to render Label Studio's pages. */
const patience = { timeout: 2 * minutes };
const bucket = "labeling";
const photo = "food11_3_411.jpg";
/** The kind of food on it, and its key. */
const egg = { name: "Egg", key: "4" };

export const labelStudio = (whole: () => WholeStack): void => {
  describe("Label Studio", () => {
    const client = () => {
      const { endpoints, credentials } = whole();
      return new LabelStudioClient(
        endpoints.labelStudio.url,
        credentials["label-studio-token"]!.password,
      );
    };
    const annotator = () => whole().credentials["label-studio-annotator"]!;

    it(
      "turns away whoever has a wrong password, and lets in both users with theirs",
      async () => {
        const { credentials } = whole();
        const page = await loginPage(whole());
        await logIn(page, annotator().user, "a wrong password");
        await page.getByText(/don't match/i).waitFor(patience);
        await screenshot(page, "desktop-label-studio-wrong-password");
        for (const { user, password } of [
          credentials["label-studio-admin"]!,
          credentials["label-studio-annotator"]!,
        ]) {
          const own = await loginPage(whole());
          await logIn(own, user, password);
          await own.waitForURL((url) => !url.pathname.startsWith("/user/"), patience);
          await own.context().close();
        }
        await page.context().close();
      },
      8 * minutes,
    );

    it(
      "shows a photo from the bucket, which is labelled with one key and arrives in the API",
      async () => {
        const key = `${randomUUID()}.jpg`;
        await whole().client.objectStore().fPutObject(bucket, key, realPhoto(photo));
        const [project] = await client().projects();
        const [storage] = await client().storages(project!.id);
        await client().sync(storage!);
        const task = await taskOf(client(), project!.id, key);

        const page = await loginPage(whole());
        const asked = requestsOf(page);
        await logIn(page, annotator().user, annotator().password);
        await page.waitForURL((url) => !url.pathname.startsWith("/user/"), patience);
        await page.goto(`${client().url}/projects/${project!.id}/data?task=${task.id}`);
        await expectPhoto(page, asked, realPhoto(photo));
        const choice = page.locator(`input[type=radio][name="${egg.name}"]`);
        await choice.waitFor({ state: "attached", ...patience });
        expect(await choice.isChecked()).toBe(false);
        await screenshot(page, "desktop-label-studio-photo");
        await page.keyboard.press(egg.key);
        await eventually(async () => expect(await choice.isChecked()).toBe(true));
        await screenshot(page, "desktop-label-studio-choice");
        await page.getByRole("button", { name: /submit/i }).click(patience);

        const annotation = await onlyAnnotation(client(), task.id);
        expect(choices(annotation)).toEqual([egg.name]);
        const users = await client().users();
        const { email } = users.find(({ id }) => id === annotation.completed_by)!;
        expect(email).toBe(annotator().user);
        // Neither the object store, nor anybody who counts visitors.
        const { origin } = new URL(client().url);
        expect([...new Set(asked().map((url) => url.origin))]).toEqual([origin]);
        await page.context().close();
      },
      10 * minutes,
    );

    it("gives its object-store user nothing to write, and no bucket but its own", async () => {
      const store = whole().client.objectStore("object-store-label-studio");
      const denied = { code: "AccessDenied" };
      await expect(store.putObject(bucket, "mine.txt", "mine")).rejects.toMatchObject(denied);
      for (const other of ["production", "models"])
        await expect(store.getObject(other, "any")).rejects.toMatchObject(denied);
    });
  });
};

async function loginPage({ browser, endpoints }: WholeStack): Promise<Page> {
  const page = await openPage(browser);
  await page.goto(endpoints.labelStudio.url, patience);
  await page.waitForURL(/\/user\/login/, patience);
  return page;
}

async function logIn(page: Page, user: string, password: string): Promise<void> {
  await page.locator("[name=email]").fill(user);
  await page.locator("[name=password]").fill(password);
  await page.getByRole("button", { name: /log in/i }).click();
}

/** The task that shows an object. */
async function taskOf(client: LabelStudioClient, project: number, key: string): Promise<Task> {
  const found = (await client.tasks(project)).filter(({ data }) =>
    Object.values(data).some((value) => basename(value) === key),
  );
  expect(found).toHaveLength(1);
  expect(Object.values(found[0]!.data)).toEqual([`s3://${bucket}/${key}`]);
  return found[0]!;
}

/** The photo is there, large, and came through Label Studio by a link that doesn't run out. */
async function expectPhoto(page: Page, asked: () => URL[], path: string): Promise<void> {
  // Label Studio fetches the photo and shows what it got, and small ones in its list.
  const image = page.locator('img[src^="blob:"]').first();
  await image.waitFor({ state: "attached", ...patience });
  const width = (element: unknown) => (element as { naturalWidth: number }).naturalWidth;
  await eventually(async () => expect(await image.evaluate(width)).toBeGreaterThan(0), {
    withinSeconds: 120,
  });
  expect((await image.boundingBox())!.width).toBeGreaterThan(300);
  const link = asked().find(({ pathname }) => pathname.endsWith("/resolve/"))!;
  expect([...link.searchParams.keys()]).toEqual(["fileuri"]);
  const answer = await page.request.get(link.href, { maxRedirects: 0 });
  expect([answer.status(), answer.headers()["content-type"]]).toEqual([200, "image/jpeg"]);
  expect((await answer.body()).equals(readFileSync(path))).toBe(true);
}

const choices = ({ result }: Annotation): string[] =>
  result.flatMap(({ value }) => value.choices ?? []);

async function onlyAnnotation(client: LabelStudioClient, task: number): Promise<Annotation> {
  return eventually(async () => {
    const found = await client.annotations(task);
    expect(found).toHaveLength(1);
    return found[0]!;
  });
}

/** Collects the addresses that the page asks. */
function requestsOf(page: Page): () => URL[] {
  const asked: URL[] = [];
  page.on("request", (request) => asked.push(new URL(request.url())));
  return () => asked.filter(({ protocol }) => protocol.startsWith("http"));
}
