// Small pictures, and the queue in front of them.
import sharp from "sharp";
import { asksForJson } from "../../web/testing/http";
import { Browser, eggAnswer, picture, RunningApp } from "../testing/running-app";
import { NoThumbnail, TooManyThumbnails } from "../problems";
import { makeThumbnail, THUMBNAIL_PIXELS, ThumbnailQueue } from "./thumbnail";

const never = new AbortController().signal;

describe("a thumbnail", () => {
  it.each(["jpeg", "png", "webp"] as const)("is a small square JPEG of a %s", async (format) => {
    const thumbnail = await makeThumbnail(await picture(format));
    expect(await sharp(thumbnail).metadata()).toMatchObject({
      format: "jpeg",
      width: THUMBNAIL_PIXELS,
      height: THUMBNAIL_PIXELS,
    });
  });

  it("is upright, opaque, and has no metadata", async () => {
    const create = { width: 40, height: 20, channels: 4, background: "#00000000" } as const;
    const photo = await sharp({ create })
      .withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Artist: "somebody" } })
      .png()
      .toBuffer();
    const thumbnail = await makeThumbnail(photo);
    const { exif, orientation, hasAlpha } = await sharp(thumbnail).metadata();
    expect({ exif, orientation, hasAlpha }).toEqual({
      exif: undefined,
      orientation: undefined,
      hasAlpha: false,
    });
    const { dominant } = await sharp(thumbnail).stats();
    expect(dominant.r).toBeGreaterThan(240);
  });

  it.each([
    ["text", () => Buffer.from("text")],
    ["an SVG drawing", () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["a GIF", () => sharp(Buffer.alloc(12), { raw: RAW }).gif().toBuffer()],
    [
      "a picture that is only to be had whole, and large",
      () =>
        sharp({ create: { width: 4000, height: 3000, channels: 3, background: "#a63" } })
          .png({ progressive: true })
          .toBuffer(),
    ],
    ["half a picture", async () => (await picture("jpeg")).subarray(0, 500)],
  ])("can't be made of %s", async (_what, photo) => {
    await expect(makeThumbnail(await photo())).rejects.toThrow(NoThumbnail);
  });
});

const RAW = { width: 2, height: 2, channels: 3 } as const;

describe("the queue", () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  /** Tasks that end when told to, and the order in which they began. */
  function tasks(queue: ThumbnailQueue) {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const add = (name: string, gone: AbortSignal = never) =>
      queue.run(async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        return name;
      }, gone);
    const end = async (name: string) => {
      ends.get(name)?.();
      await settle();
    };
    return { begun, add, end };
  }

  it("runs one after the other, in their order", async () => {
    const { begun, add, end } = tasks(new ThumbnailQueue());
    const all = ["a", "b", "c"].map((name) => add(name));
    await settle();
    expect(begun).toEqual(["a"]);
    await end("a");
    expect(begun).toEqual(["a", "b"]);
    await end("b");
    await end("c");
    expect(await Promise.all(all)).toEqual(["a", "b", "c"]);
  });

  it("goes on after a task that fails", async () => {
    const queue = new ThumbnailQueue();
    const failing = queue.run(() => Promise.reject(new Error("damaged")), never);
    const next = queue.run(() => Promise.resolve("next"), never);
    await expect(failing).rejects.toThrow("damaged");
    expect(await next).toBe("next");
  });

  it("has an end", async () => {
    const { add, end } = tasks(new ThumbnailQueue({ maxWaiting: 1 }));
    const [running, waiting] = [add("a"), add("b")];
    await expect(add("c")).rejects.toThrow(TooManyThumbnails);
    await end("a");
    await end("b");
    expect(await Promise.all([running, waiting])).toEqual(["a", "b"]);
  });

  it("lets nobody wait for long", async () => {
    const { begun, add, end } = tasks(new ThumbnailQueue({ waitSeconds: 0.02 }));
    const running = add("a");
    await expect(add("b")).rejects.toThrow(TooManyThumbnails);
    await end("a");
    await running;
    expect(begun).toEqual(["a"]);
  });

  it("makes nothing for who is gone", async () => {
    const { begun, add, end } = tasks(new ThumbnailQueue());
    const gone = new AbortController();
    const running = add("a");
    const left = add("b", gone.signal);
    const next = add("c");
    gone.abort();
    await expect(left).rejects.toThrow(TooManyThumbnails);
    await expect(add("d", gone.signal)).rejects.toThrow(TooManyThumbnails);
    await end("a");
    await end("c");
    await Promise.all([running, next]);
    expect(begun).toEqual(["a", "c"]);
  });
});

describe("the thumbnail of a prediction", () => {
  let app: RunningApp;
  beforeEach(async () => {
    app = await RunningApp.start();
  });
  afterEach(() => app.stop());

  const uploaded = async (photo: Buffer) =>
    `${String((await new Browser(app).upload(photo)).headers.location)}/thumbnail`;

  it("is served from wherever the photo is, for browsers to keep", async () => {
    app.stores.areDown = true;
    const url = await uploaded(await picture("webp"));
    const waiting = await app.ask(url);
    app.stores.areDown = false;
    await app.allSaved();
    const saved = await app.ask(url);
    for (const { status, headers, bytes } of [waiting, saved]) {
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        "content-type": "image/jpeg",
        "cache-control": "private, max-age=86400, immutable",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
      });
      expect(headers["content-disposition"]).toMatch(/^inline; filename="[0-9a-f-]+-small\.jpg"$/);
      expect(bytes.length).toBeLessThan(20_000);
    }
  });

  it("isn't there for a damaged photo, and the photo's page still is", async () => {
    const url = await uploaded(await picture("jpeg"));
    await app.allSaved();
    const [key] = app.stores.objects.keys();
    app.stores.objects.set(key!, Buffer.from("damaged"));
    const answer = await app.ask({ url, headers: asksForJson });
    expect(answer.json()).toMatchObject({ status: 404, code: "no-thumbnail" });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect((await app.ask(url.replace("/thumbnail", ""))).status).toBe(200);
  });

  it("may be there when the stores are back", async () => {
    const url = await uploaded(await picture("jpeg"));
    await app.allSaved();
    app.stores.down.objects = true;
    const answer = await app.ask({ url, headers: asksForJson });
    expect(answer.json()).toMatchObject({ status: 503, code: "stores-unavailable" });
  });

  it("isn't there for what doesn't exist", async () => {
    app.predict = () => Promise.resolve(eggAnswer());
    for (const id of ["6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "..%2f..%2fetc", "x"]) {
      expect((await app.ask(`/predictions/${id}/thumbnail`)).status).toBe(404);
    }
  });
});
