// Uploads that are accepted, from the request to the stores.
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import sharp from "sharp";
import { readSample, samples } from "../pages/samples";
import { ClientGone, InferenceBusy, InferenceUnavailable, PhotoRefused } from "../problems";
import { asksForJson, idOf, type Part, uploadForm } from "../../web/testing/http";
import { eggAnswer, eventually, photoPart, picture, RunningApp } from "../testing/running-app";

let app: RunningApp;
let photo: Buffer;
beforeAll(async () => {
  photo = await picture("jpeg");
});
beforeEach(async () => {
  app = await RunningApp.start();
});
afterEach(() => app.stop());

const pixels = (bytes: Buffer) => sharp(bytes).raw().toBuffer();

describe("uploading a photo", () => {
  it("leads a person to the page of the prediction", async () => {
    const { status, headers } = await app.upload(photo);
    expect(status).toBe(303);
    expect(headers.location).toMatch(/^\/predictions\/[0-9a-f-]{36}$/);
    const page = await app.ask(String(headers.location));
    expect(page.status).toBe(200);
    expect(page.text).toContain("<h1>Egg</h1>");
  });

  it("gives a program the prediction, not yet saved", async () => {
    const response = await app.upload(photo, asksForJson);
    expect(response.status).toBe(201);
    const { prediction, probabilities } = eggAnswer();
    expect(response.json()).toMatchObject({
      saved: false,
      prediction: { prediction, probability: 0.9, classIndex: 3, probabilities },
    });
    expect(response.headers.location).toBe(`/predictions/${String(response.json().id)}`);
  });

  it("is saved in both stores under a key of its class, and then the page says so", async () => {
    const { headers } = await app.upload(photo);
    const id = idOf(headers.location);
    await app.allSaved();
    expect([...app.stores.objects.keys()]).toEqual([`class_03/${id}.jpg`]);
    expect(app.stores.rows.get(id)).toMatchObject({
      objectKey: `class_03/${id}.jpg`,
      classIndex: 3,
      source: "upload",
    });
    const page = await app.ask({ url: String(headers.location), headers: asksForJson });
    expect(page.json()).toMatchObject({ saved: true });
    expect(await readdir(app.folder)).toEqual([]);
  });

  it("is answered honestly while the stores are down, photo included, and saved afterwards", async () => {
    app.stores.areDown = true;
    const { status, headers } = await app.upload(photo);
    expect(status).toBe(303);
    const url = String(headers.location);
    expect((await app.ask(url)).text).toContain("Not saved yet:");
    const waiting = (await app.ask(`${url}/photo`)).bytes;
    app.stores.areDown = false;
    await app.allSaved();
    expect((await app.ask(url)).text).toContain("<strong>Saved.</strong>");
    expect((await app.ask(`${url}/photo`)).bytes).toEqual(waiting);
  });

  it("keeps the place where it was taken to itself, and shows the model what is kept", async () => {
    const [place, day] = ["51/1 30/1 0/1", "2026:11:24"];
    const gps = { IFD3: { GPSLatitudeRef: "N", GPSLatitude: place, GPSDateStamp: day } };
    const withPlace = await picture("jpeg", gps);
    expect(withPlace.includes(day)).toBe(true);
    let seen: Buffer = Buffer.alloc(0);
    app.predict = (sent) => {
      seen = sent;
      return Promise.resolve(eggAnswer());
    };
    await app.upload(withPlace);
    await app.allSaved();
    const [kept = seen] = app.stores.objects.values();
    expect(kept.equals(seen)).toBe(true);
    expect(kept.includes(day)).toBe(false);
    expect((await pixels(kept)).equals(await pixels(withPlace))).toBe(true);
  });

  it.each([
    ["comes", Buffer.from([1, 2, 3, 4])],
    ["doesn't come", null],
  ])("keeps the embedding beside the row, if one %s", async (_whether, embedding) => {
    app.predict = () => Promise.resolve(eggAnswer(embedding));
    const { headers } = await app.upload(photo);
    await app.allSaved();
    const id = idOf(headers.location);
    expect(app.stores.rows.has(id)).toBe(true);
    expect(app.stores.embeddings.get(id) ?? null).toEqual(embedding);
  });
});

describe("a sample", () => {
  const [sample] = samples;

  it.each([
    ["by its button", [{ field: "sample", content: sample!.name }]],
    [
      "beside the file field that was left alone",
      [photoPart(""), { field: "sample", content: sample!.name }],
    ],
  ])("is looked at and kept like a photo: %s", async (_how, parts) => {
    const { status, headers } = await app.ask(uploadForm(parts));
    expect(status).toBe(303);
    await app.allSaved();
    const row = app.stores.rows.get(idOf(headers.location));
    expect(row).toMatchObject({ source: "sample", classIndex: 3 });
    const kept = await pixels(app.stores.objects.get(row!.objectKey)!);
    expect(kept.equals(await pixels(await readSample(sample!)))).toBe(true);
  });

  it.each<[string, Part[]]>([
    ["which doesn't exist", [{ field: "sample", content: "../../package.json" }]],
    ["with a photo", [photoPart("photo"), { field: "sample", content: sample!.name }]],
    [
      "and another one",
      [
        { field: "sample", content: sample!.name },
        { field: "sample", content: sample!.name },
      ],
    ],
    ["as a file", [{ field: "sample", filename: "a.jpg", content: "photo" }]],
  ])("isn't taken %s", async (_what, parts) => {
    const response = await app.ask(uploadForm(parts, asksForJson));
    expect(response.json()).toMatchObject({ status: 400, code: "wrong-form" });
  });
});

describe("a photo that the model doesn't look at", () => {
  const refusal = {
    status: 422,
    code: "unreadable-photo",
    message: "It isn't a whole picture.",
    advice: "Look whether it opens.",
  };

  it("because it refuses it: its advice and status, as page and as JSON", async () => {
    app.predict = () => Promise.reject(new PhotoRefused(refusal));
    const page = await app.upload(photo);
    expect(page.status).toBe(422);
    expect(page.text).toContain("Look whether it opens.");
    expect((await app.upload(photo, asksForJson)).json()).toEqual(refusal);
    expect(await readdir(app.folder)).toEqual([]);
  });

  it.each([
    ["is away", new InferenceUnavailable(3)],
    ["is busy", new InferenceBusy(3)],
  ])("because it %s isn't kept, and a retry is offered", async (_why, problem) => {
    app.predict = () => Promise.reject(problem);
    const page = await app.upload(photo);
    expect(page.status).toBe(503);
    expect(page.headers["retry-after"]).toBe("3");
    expect(page.text).toContain("it is still chosen in the form");
    expect(page.text).toMatch(/<a [^>]*href="\/">Try again<\/a>/);
    expect(await readdir(app.folder)).toEqual([]);
  });

  it("because of a defect: nothing about it is told", async () => {
    app.predict = () => Promise.reject(new Error("secret detail"));
    const response = await app.upload(photo);
    expect(response.status).toBe(500);
    expect(response.text).not.toMatch(/secret detail|at .*\.ts/);
  });
});

describe("a client that hangs up", () => {
  const large = () => Buffer.concat([photo, Buffer.alloc(900_000)]);

  /** Sends part of an upload, or all of it; the socket is the caller's to end. */
  function begin(sentBytes: number) {
    const { headers, payload } = uploadForm([photoPart(large())]);
    const { hostname, port } = new URL(app.parts.base);
    const socket = connect(Number(port), hostname);
    const head = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${headers?.["content-type"]}\r\n`;
    socket.write(`${head}content-length: ${payload?.length}\r\n\r\n`);
    socket.write((payload as Buffer).subarray(0, sentBytes));
    return socket;
  }

  it("has the question to the model ended, and nothing kept", async () => {
    let ended = false;
    const asked = new Promise<void>((resolve) => {
      app.predict = (_photo, _type, gone) =>
        new Promise((_answer, reject) => {
          gone?.addEventListener("abort", () => {
            ended = true;
            reject(new ClientGone());
          });
          resolve();
        });
    });
    const socket = begin(Infinity);
    await asked;
    expect(ended).toBe(false);
    socket.destroy();
    await eventually(() => ended);
    expect(await readdir(app.folder)).toEqual([]);
    const { text } = await app.ask("/metrics");
    expect(text).toContain('frontend_uploads_total{outcome="client-gone"} 1');
  });

  it("gives back the memory, wherever in its upload it is", async () => {
    // Together far more than fits at once: 4 MiB.
    for (let round = 0; round < 12; round += 1) {
      const socket = begin(100_000 + round * 65_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    // A busy machine takes a while to notice that the last ones are gone.
    const deadline = Date.now() + 20_000;
    let statuses: number[];
    do {
      const answers = [1, 2, 3, 4].map(() => app.upload(large(), asksForJson));
      statuses = (await Promise.all(answers)).map(({ status }) => status);
    } while (statuses.includes(503) && Date.now() < deadline);
    expect(statuses).toEqual([201, 201, 201, 201]);
  });
});
