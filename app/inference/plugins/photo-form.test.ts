import fc from "fast-check";
import { WrongForm } from "../errors";
import { photoOfForm } from "./photo-form";

const photo = Buffer.from("the bytes of a photo\r\n--with a line that looks like a boundary\r\n");
const file = (name: string, content: Buffer<ArrayBuffer>): [string, Blob] => [
  name,
  new Blob([content]),
];

/** The body that a browser sends, and its type. */
async function formOf(...parts: [string, string | Blob][]) {
  const data = new FormData();
  for (const [name, value] of parts) data.append(name, value);
  const request = new Response(data);
  const body = Buffer.from(await request.arrayBuffer());
  return { body, type: request.headers.get("content-type") ?? "" };
}

async function photoOf(...parts: [string, string | Blob][]): Promise<Buffer> {
  const { body, type } = await formOf(...parts);
  return photoOfForm(body, type);
}

describe("photoOfForm", () => {
  it("gives back the bytes of the file, whatever they are", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        const content = Buffer.from(bytes);
        expect(await photoOf(file("image", content))).toEqual(content);
      }),
      { numRuns: 50 },
    );
    const large = Buffer.alloc(2_000_000, "0123456789\r\n--");
    expect((await photoOf(file("image", large))).equals(large)).toBe(true);
  });

  it.each<[string, [string, string | Blob][]]>([
    ['The form has no file in the field "image".', []],
    ['The form has a field "photo", which isn\'t expected.', [file("photo", photo)]],
    ['Field "image" holds a text and no file.', [["image", "egg.jpg"]]],
    ['The form has a field "top", which isn\'t expected.', [["top", "3"], file("image", photo)]],
    ['The form has a field "top", which isn\'t expected.', [file("image", photo), ["top", "3"]]],
    ["The form has more than one file.", [file("image", photo), file("image", photo)]],
    [
      "The form has more than one file.",
      [file("image", photo), file("image", photo), file("image", photo), ["top", "3"]],
    ],
  ])("says: %s", async (message, parts) => {
    const refused = photoOf(...parts);
    await expect(refused).rejects.toThrow(WrongForm);
    await expect(refused).rejects.toThrow(message);
  });

  it("refuses a form that is cut off anywhere", async () => {
    const { body, type } = await formOf(file("image", photo));
    const end = body.lastIndexOf("--"); // from here on nothing is missing that matters
    for (let length = 0; length < end - 2; length += 1) {
      await expect(photoOfForm(body.subarray(0, length), type)).rejects.toThrow(WrongForm);
    }
  });

  it.each(["multipart/form-data", "multipart/form-data; boundary="])(
    "needs a boundary: %s",
    async (type) => {
      await expect(photoOfForm(photo, type)).rejects.toThrow(WrongForm);
    },
  );

  it("ends with an answer for any bytes, and never with an error that nobody handles", async () => {
    const line = fc.constantFrom(
      "--x",
      "--x--",
      "\r\n",
      "\n",
      'Content-Disposition: form-data; name="image"; filename="a"',
      'Content-Disposition: form-data; name="image"',
      "Content-Type: image/jpeg",
      ": : :",
      "\0",
      "bytes",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (lines) => {
        const outcome = photoOfForm(
          Buffer.from(lines.join("\r\n")),
          "multipart/form-data; boundary=x",
        );
        const result = await outcome.catch((error: unknown) => error);
        expect(Buffer.isBuffer(result) || result instanceof WrongForm).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
