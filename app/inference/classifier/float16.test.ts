import { float16Bytes } from "./float16";

// Bit patterns from IEEE 754-2019, binary16: sign, 5 bits of exponent, 10 of fraction.
it.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [1 / 3, 0x3555],
  [2 ** -24, 0x0001],
  [2 ** -26, 0x0000],
  [1 + 2 ** -11, 0x3c00], // halfway: to the even one
  [70000, 0x7c00],
  [-Infinity, 0xfc00],
])("%p becomes the two bytes of binary16, the low one first", (value, pattern) => {
  expect([...float16Bytes(Float32Array.of(value))]).toEqual([pattern & 0xff, pattern >> 8]);
});

it("keeps the order", () => {
  expect(Buffer.from(float16Bytes(Float32Array.of(1, -2, 0))).toString("hex")).toBe("003c00c00000");
});
