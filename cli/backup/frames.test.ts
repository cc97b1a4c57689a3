import { CutOff, FrameReader, line } from "./frames";

const photo = Buffer.from("bytes with a \n line end");
const sent = Buffer.concat([line({ bytes: photo.length }), photo, line({ end: "crème 🍮" })]);

/** The same bytes, as pipes may cut them. */
async function* cut(content: Buffer, every: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += every)
    yield await Promise.resolve(content.subarray(at, at + every));
}

async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const found = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found);
}

describe("frames", () => {
  it.each([1, 2, 7, 1000])("come back however they were cut: every %i bytes", async (every) => {
    const reader = new FrameReader(cut(sent, every));
    const { bytes } = (await reader.message<{ bytes: number }>())!;
    expect(await all(reader.bytes(bytes))).toEqual(photo);
    expect(await reader.message()).toEqual({ end: "crème 🍮" });
    expect(await reader.message()).toBeUndefined();
  });

  it("say when the other side ended too early", async () => {
    const inALine = new FrameReader(cut(line({ bytes: 3 }).subarray(0, 4), 10));
    await expect(inALine.message()).rejects.toThrow(CutOff);
    const inBytes = new FrameReader(cut(photo, 10));
    await expect(all(inBytes.bytes(photo.length + 5))).rejects.toThrow("5 bytes before its end");
  });
});
