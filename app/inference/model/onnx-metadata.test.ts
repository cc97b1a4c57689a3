import { readFileSync } from "node:fs";
import fc from "fast-check";
import { realModel } from "../testing/material";
import { NotOnnx, onnxMetadata } from "./onnx-metadata";
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
