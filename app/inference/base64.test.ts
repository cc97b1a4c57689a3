import fc from "fast-check";
import { base64Photo } from "./base64";
import { NotBase64 } from "./errors";

const bytes = fc.uint8Array({ maxLength: 300 }).map((values) => Buffer.from(values));

describe("base64Photo", () => {
  it("gives back any bytes, from base64 and base64url, with and without padding", () => {
    fc.assert(
      fc.property(bytes, (photo) => {
        const text = photo.toString("base64");
        expect(base64Photo(text)).toEqual(photo);
        expect(base64Photo(text.replace(/=+$/, ""))).toEqual(photo);
        expect(base64Photo(photo.toString("base64url"))).toEqual(photo);
      }),
    );
  });

  it("accepts data URLs and broken lines", () => {
    const photo = Buffer.from("any bytes will do for this, as long as there are enough");
    const lines = photo.toString("base64").replace(/(.{16})/g, "$1\r\n");
    expect(base64Photo(lines)).toEqual(photo);
    expect(base64Photo(`data:image/jpeg;base64,${photo.toString("base64")}`)).toEqual(photo);
  });

  it("refuses every text that isn't base64", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom("A", "b", "0", "+", "/", "-", "_", "=", " ", "é", "ŧ", "*"),
      }),
    );
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(!given.startsWith("data:"));
        const compact = given.replace(/\s+/g, "");
        const valid =
          /^[\w+/-]*={0,2}$/.test(compact) && compact.replace(/=+$/, "").length % 4 !== 1;
        if (valid) expect(base64Photo(given)).toBeInstanceOf(Buffer);
        else expect(() => base64Photo(given)).toThrow(NotBase64);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(["not a photo!", "https://example.org/egg.jpg", "{}", "AAAAA", "AA=A"])(
    "refuses %j",
    (text) => {
      expect(() => base64Photo(text)).toThrow(NotBase64);
    },
  );
});
