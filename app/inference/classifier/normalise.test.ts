import { normalise } from "./normalise";

describe("normalise", () => {
  it("turns RGB pixels into channels of (value - mean) / scale", () => {
    const pixels = Uint8Array.from([0, 10, 20, 255, 110, 120]); // two pixels
    const tensor = normalise(pixels, { mean: [127, 10, 20], scale: [128, 50, 100] });
    expect(tensor).toEqual(Float32Array.from([-127 / 128, 1, 0, 2, 0, 1]));
  });
});
