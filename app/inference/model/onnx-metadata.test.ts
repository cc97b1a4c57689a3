import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { realModel } from "../testing/material";
import { metadataPart, NotOnnx, onnxMetadata } from "./onnx-metadata";
import { message, modelFile } from "../testing/onnx-file";

const entries = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }));

describe("onnxMetadata", () => {
  it("finds every entry among the other fields", () => {
    fc.assert(
      fc.property(entries, fc.nat(300), (given, graphBytes) => {
        const found = Object.fromEntries(onnxMetadata(modelFile(given, graphBytes)));
        expect(found).toEqual({ ...given });
      }),
    );
  });

  it("finds none in a file without", () => {
    expect(onnxMetadata(new Uint8Array()).size).toBe(0);
    expect(onnxMetadata(modelFile({}, 1000)).size).toBe(0);
  });

  it("passes over fields of every wire type", () => {
    const others = Uint8Array.from([
      0x08, 0x96, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1d, 1, 2, 3, 4,
    ]);
    const file = Buffer.concat([others, modelFile({ version: "7" }, 0)]);
    expect(onnxMetadata(file).get("version")).toBe("7");
  });

  it("takes a left-out value for an empty text", () => {
    const entry = message([[1, Buffer.from("parent")]]);
    expect(onnxMetadata(message([[14, entry]])).get("parent")).toBe("");
  });

  it("ends on any bytes, with metadata or NotOnnx", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(onnxMetadata(bytes)).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(NotOnnx);
        }
      }),
    );
  });

  it("refuses a file that ends early", () => {
    const file = modelFile({ version: "7" }, 10);
    expect(() => onnxMetadata(file.subarray(0, file.length - 1))).toThrow(NotOnnx);
  });

  it("reads what the real model declares", () => {
    const metadata = onnxMetadata(readFileSync(realModel().path));
    expect(metadata.get("format")).toBe("feedback-loop-model/1");
    expect(metadata.get("version")).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe("metadataPart", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "metadata-"));
    file = join(folder, "model.onnx");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is the metadata and nothing else", async () => {
    const given = { version: "7", notice: "so long that it fills more than the head of a field" };
    const bytes = Buffer.concat([modelFile(given, 5000), modelFile({ title: "later" }, 70_000)]);
    writeFileSync(file, bytes);
    const part = await metadataPart(file);
    expect(part.length).toBeLessThan(200);
    expect(onnxMetadata(part)).toEqual(onnxMetadata(bytes));
  });

  it("of the built model says the same as the whole file", async () => {
    const { path } = realModel();
    const found = onnxMetadata(await metadataPart(path));
    expect(found).toEqual(onnxMetadata(readFileSync(path)));
  });

  it("of an empty file is empty", async () => {
    writeFileSync(file, "");
    expect(await metadataPart(file)).toHaveLength(0);
  });

  it.each<[string, Buffer]>([
    ["ends within a field", modelFile({ version: "7" }).subarray(0, -1)],
    ["is a page of a website", Buffer.from("<html>not found</html>")],
    ["is a long row of tiny fields", Buffer.alloc(50_000, Uint8Array.of(0x08, 0x01))],
  ])("refuses a file that %s", async (_, bytes) => {
    writeFileSync(file, bytes);
    await expect(metadataPart(file)).rejects.toThrow(NotOnnx);
  });
});
