// GourmetGram as people use it, in a real browser: every way to send a photo, what they say about the answer, their
// own photos, and everything that a stranger must not be able to do.
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { type PageOptions, launch, screenshot, sizes } from "./support/browser";
import { docker, inspect } from "./support/docker";
import { eventually } from "./support/eventually";
import { type FeedbackRow, LoopClient } from "./support/loop-client";
import { realPhoto } from "./support/photos";
import { TestStack } from "./support/test-stack";
import { Visitor } from "./support/visitor";

const minutes = 60_000;
jest.setTimeout(minutes);

const location = { IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 28/1 0/1" } };
const egg = () => readFileSync(realPhoto("userfeedback_egg.jpg"));

describe("GourmetGram", () => {
  let stack: TestStack;
  let client: LoopClient;
  let url: string;
  let browser: Browser;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    browser = await launch();
    stack = await TestStack.create();
    await stack.up();
    const endpoints = await stack.endpoints();
    client = new LoopClient(endpoints, await stack.credentials());
    url = endpoints.frontend.url;
  }, 20 * minutes);

  afterAll(async () => {
    await browser.close();
    await stack.dispose();
  }, 5 * minutes);

  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.splice(0).map((visitor) => visitor.leave()));
    expect(complaints).toEqual([]);
  });

  /** Somebody who has just opened the first page. */
  async function visitor(options: PageOptions = {}): Promise<Visitor> {
    const one = await Visitor.of(browser, options);
    visitors.push(one);
    await one.page.goto(url);
    return one;
  }

  /** The photo that is kept, once it is saved. */
  async function kept(id: string): Promise<Buffer> {
    const [row] = await eventually(async () => {
      const rows = await client.rows([id]);
      expect(rows).toHaveLength(1);
      return rows;
    });
    return client.photo(row!.object_key);
  }

  const feedbackOf = (id: string) =>
    client.query<FeedbackRow>(
      "SELECT kind, class_index FROM feedback WHERE prediction_id = $1 ORDER BY given_at",
      [id],
    );

  describe.each(Object.keys(sizes) as (keyof typeof sizes)[])("on a %s", (size) => {
    it.each(["light", "dark"] as const)("has pages that anybody can use, %s", async (scheme) => {
      const one = await visitor({ size, colorScheme: scheme });
      const { page } = one;
      const look = async (name: string) => {
        await screenshot(page, `${size}-${scheme}-${name}`);
        expect(await one.barriers()).toEqual([]);
        expect(await isWiderThanScreen(page)).toBe(false);
      };
      await look("upload");
      await one.upload(realPhoto("food11_3_411.jpg"));
      await page.getByText("Saved.").waitFor();
      await look("prediction");
      await page.getByRole("button", { name: "That’s right" }).click();
      await page.getByText("You said").waitFor();
      await look("prediction-with-feedback");
      await page.getByRole("link", { name: "Your photos" }).click();
      await page.waitForURL(/\/history/);
      await look("history");
      await page.goto(`${url}/nothing-here`);
      await look("problem");
    });
  });

  describe("a photo", () => {
    it("can be dropped anywhere on the page", async () => {
      const one = await visitor();
      await give(one.page, "drop", { name: "egg.jpg", content: egg() });
      await one.page.getByAltText("The photo you chose").waitFor();
      await screenshot(one.page, "desktop-dropped");
      expect(await sameBytes(one)).toBe(true);
    });

    it("can be pasted", async () => {
      const one = await visitor();
      await give(one.page, "paste", { name: "egg.jpg", content: egg() });
      expect(await sameBytes(one)).toBe(true);
    });

    it("can be taken with a phone's camera", async () => {
      const one = await visitor({ size: "phone" });
      await one.page.getByText("Take a photo").waitFor();
      expect(await one.page.getAttribute("#camera-photo", "capture")).toBe("environment");
      await one.page.setInputFiles("#camera-photo", realPhoto("userfeedback_egg.jpg"));
      await one.page.getByAltText("The photo you chose").waitFor();
      expect(await sameBytes(one)).toBe(true);
    });

    /** Sends what was chosen: it is kept as it was, for it is small and tells nothing of its maker. */
    async function sameBytes(one: Visitor): Promise<boolean> {
      return (await kept(await one.send())).equals(egg());
    }

    it("is made smaller by the browser if it is large, upright, and without its place", async () => {
      const large = await sharp(egg())
        .resize(4000, 3000, { fit: "fill" })
        .withExif(location)
        .withMetadata({ orientation: 6, exif: location })
        .jpeg()
        .toBuffer();
      expect((await sharp(large).metadata()).exif?.includes("N\0")).toBe(true);
      const one = await visitor();
      await one.page.setInputFiles("#photo", {
        name: "large.jpg",
        mimeType: "image/jpeg",
        buffer: large,
      });
      const id = await one.send();
      const { width, height, exif, orientation } = await sharp(await kept(id)).metadata();
      expect([width, height, exif, orientation]).toEqual([1200, 1600, undefined, undefined]);
    });

    it("loses its place without JavaScript too, and no pixel", async () => {
      const sent = await sharp(egg()).withMetadata({ exif: location }).jpeg().toBuffer();
      const one = await visitor({ javaScriptEnabled: false });
      const photo = { name: "egg.jpg", mimeType: "image/jpeg", buffer: sent };
      const found = await kept(await one.upload(photo));
      expect((await sharp(sent).metadata()).exif).toBeDefined();
      expect((await sharp(found).metadata()).exif).toBeUndefined();
      const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer();
      expect((await pixels(found)).equals(await pixels(sent))).toBe(true);
    });

    it.each([true, false])(
      "needn't be at hand for a first try (JavaScript: %s)",
      async (script) => {
        const one = await visitor({ javaScriptEnabled: script });
        await one.page.getByRole("button", { name: "Salad" }).click();
        const id = await one.arrived();
        await kept(id);
        const rows = await client.query("SELECT source FROM predictions WHERE id = $1", [id]);
        expect(rows).toEqual([{ source: "sample" }]);
      },
    );

    it.each([
      ["an animation", "webp", animated],
      ["a transparent picture", "png", (one: Buffer) => sharp(one).ensureAlpha(0.5).png()],
      ["a picture in print colours", "jpeg", (one: Buffer) => sharp(one).toColourspace("cmyk")],
    ])("may be %s", async (_name, type, madeOf) => {
      const frame = await sharp(egg()).resize(300, 300).jpeg().toBuffer();
      const picture = await (await madeOf(frame)).toBuffer();
      const one = await visitor();
      await one.upload({ name: `egg.${type}`, mimeType: `image/${type}`, buffer: picture });
      await eventually(async () => {
        expect(await one.page.getByAltText("Your photo").evaluate(shownWidth)).toBe(300);
      });
    });

    it("gets clear words if it is none, and another can be chosen at once", async () => {
      const one = await visitor({ size: "phone" });
      const text = { name: "menu.jpg", mimeType: "image/jpeg", buffer: Buffer.from("a menu") };
      await one.page.setInputFiles("#photo", text);
      await one.page.getByRole("button", { name: "See what it is" }).click();
      await one.page.getByText("neither a JPEG, a PNG nor a WebP").waitFor();
      await screenshot(one.page, "phone-not-a-photo");
      expect(await one.barriers()).toEqual([]);
      await one.upload(realPhoto("userfeedback_egg.jpg"));
    });

    it("that is too large is refused before it is sent, in the words of the service", async () => {
      const one = await visitor();
      let sent = 0;
      one.page.on("request", (request) => (sent += Number(request.method() === "POST")));
      const buffer = Buffer.alloc(11 * 2 ** 20);
      await one.page.setInputFiles("#photo", { name: "x.jpg", mimeType: "image/jpeg", buffer });
      await one.page.getByRole("button", { name: "See what it is" }).click();
      await one.page.getByText("The photo is larger than 10 MiB.").waitFor();
      expect(sent).toBe(0);
    });

    it(
      "stays chosen while the model is down, and is sent again by one click",
      async () => {
        const one = await visitor();
        await docker("kill", stack.containerName("inference"));
        await one.page.setInputFiles("#photo", realPhoto("userfeedback_egg.jpg"));
        await one.page.getByRole("button", { name: "See what it is" }).click();
        await one.page.getByText("The model can't answer just now").waitFor();
        expect(await one.page.evaluate("document.activeElement.id")).toBe("send");
        expect(await one.barriers()).toEqual([]);
        await screenshot(one.page, "desktop-model-down");
        await docker("start", stack.containerName("inference"));
        await eventually(async () => {
          const { State } = await inspect(stack.containerName("inference"));
          expect(State.Health?.Status).toBe("healthy");
        });
        await one.send();
      },
      2 * minutes,
    );
  });

  describe("what a person says about the answer", () => {
    it("is noted, can be changed, and is seen among one's own photos", async () => {
      const one = await visitor();
      const id = await one.upload(realPhoto("userfeedback_egg.jpg"));
      await one.page.getByRole("button", { name: "That’s wrong" }).click();
      await one.page.getByText("You said: that’s wrong").waitFor();
      await one.page.getByLabel("It is").selectOption("Soup");
      await one.page.getByRole("button", { name: "Correct it" }).click();
      await one.page.getByText("You said: it is Soup").waitFor();
      await one.page.reload();
      await one.page.getByText("You said: it is Soup").waitFor();
      await eventually(async () =>
        expect(await feedbackOf(id)).toEqual([
          { kind: "flag", class_index: null },
          { kind: "correction", class_index: 9 },
        ]),
      );
      await one.page.getByRole("link", { name: "Your photos" }).click();
      await one.page.getByText("You said: it is Soup").waitFor();
      await eventually(async () => {
        expect(await one.page.locator(".history img").first().evaluate(shownWidth)).toBe(320);
      });
    });

    it("isn't disturbed when the photo gets saved meanwhile", async () => {
      const one = await visitor();
      await docker("pause", stack.containerName("minio"));
      await one.upload(realPhoto("userfeedback_egg.jpg"));
      await one.page.getByText("Not saved yet").waitFor();
      await one.page.getByLabel("It is").selectOption("Soup");
      await docker("unpause", stack.containerName("minio"));
      await one.page.getByText("Saved.").waitFor();
      expect(await one.page.getByText("In the object store").count()).toBe(1);
      expect(await one.page.getByLabel("It is").inputValue()).toBe("9");
    });

    it("can be said by keyboard alone", async () => {
      const one = await visitor();
      const id = await one.upload(realPhoto("userfeedback_egg.jpg"));
      await tabTo(one.page, "That’s right");
      await one.page.keyboard.press("Enter");
      await one.page.getByText("You said: that’s right").waitFor();
      expect(await one.page.evaluate("document.activeElement.id")).toBe("said");
      await eventually(async () =>
        expect(await feedbackOf(id)).toEqual([{ kind: "agree", class_index: null }]),
      );
    });

    it("can be said without JavaScript", async () => {
      const one = await visitor({ javaScriptEnabled: false });
      const id = await one.upload(realPhoto("userfeedback_egg.jpg"));
      await one.page.getByRole("button", { name: "That’s right" }).click();
      await one.page.getByText("You said: that’s right").waitFor();
      await eventually(async () => expect(await feedbackOf(id)).toHaveLength(1));
    });

    it("is nobody else's to say", async () => {
      const [one, other] = [await visitor(), await visitor()];
      const id = await one.upload(realPhoto("userfeedback_egg.jpg"));
      await other.upload(realPhoto("food11_3_411.jpg"));
      await other.page.goto(one.page.url());
      await other.page.getByText("Only the person who sent this photo").waitFor();
      expect(await other.page.getByRole("button").count()).toBe(0);
      await screenshot(other.page, "desktop-prediction-of-another");
      const answer = await other.page.evaluate(agreeTo, `/predictions/${id}/feedback`);
      expect(answer).toMatchObject({ status: 403, code: "not-the-uploader" });
      expect(await feedbackOf(id)).toEqual([]);
    });

    it("can't be said for a person by another site", async () => {
      const one = await visitor();
      const id = await one.upload(realPhoto("userfeedback_egg.jpg"));
      const action = `${url}/predictions/${id}/feedback`;
      const trap = `<form method="post" action="${action}"><button name="kind" value="agree">Win!</button></form>`;
      await one.page.goto(`data:text/html,${encodeURIComponent(trap)}`);
      await one.page.getByRole("button", { name: "Win!" }).click();
      await one.page.getByRole("heading", { name: "Not allowed" }).waitFor();
      expect(await one.page.textContent("main")).toContain("cross-site-request");
      expect(await feedbackOf(id)).toEqual([]);
    });
  });
});

/** Two frames, the second one upside down. */
async function animated(frame: Buffer): Promise<sharp.Sharp> {
  const frames = [frame, await sharp(frame).rotate(180).toBuffer()];
  return sharp(frames, { join: { animated: true } }).webp({ delay: [500, 500] });
}

/** Drops a file on the page, or pastes it, as the browser tells of that. */
async function give(
  page: Page,
  how: "drop" | "paste",
  { name, content }: { name: string; content: Buffer },
): Promise<void> {
  const file = JSON.stringify({ name, base64: content.toString("base64") });
  await page.evaluate(`(() => { ${fileGiven} document.body.dispatchEvent(${how}Of(${file})); })()`);
}

/** Presses the Tab key until the button with this text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate("document.activeElement.textContent")) === text) return;
  }
  throw new Error(`the Tab key doesn't lead to "${text}"`);
}

// These run in the page, which has types of its own.

const fileGiven = `
  function dataOf({ name, base64 }) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type: "image/jpeg" }));
    return data;
  }
  function dropOf(file) {
    return new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dataOf(file) });
  }
  function pasteOf(file) {
    return new ClipboardEvent("paste", { bubbles: true, clipboardData: dataOf(file) });
  }
`;

const shownWidth = (image: { naturalWidth?: number }) => image.naturalWidth ?? 0;

const isWiderThanScreen = (page: Page) =>
  page.evaluate<boolean>("document.documentElement.scrollWidth > window.innerWidth");

async function agreeTo(feedbackUrl: string): Promise<object> {
  const body = JSON.stringify({ kind: "agree" });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(feedbackUrl, { method: "POST", headers, body });
  return (await response.json()) as object;
}
