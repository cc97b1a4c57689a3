import type { MemoryReading } from "./memory";
import { type Footprint, footprintOf, json, markdown, text, total } from "./report";

const mebibyte = 1024 ** 2;
const container = { name: "feedback-loop-local-minio", memoryLimitBytes: 256 * mebibyte };
const reading = (usedMiB: number, more: Partial<MemoryReading> = {}): MemoryReading => ({
  usedBytes: usedMiB * mebibyte,
  outOfMemoryKills: 0,
  ...more,
});
const minio = footprintOf({ ...container, service: "minio" }, [
  reading(70, { peakBytes: 100 * mebibyte }),
  reading(90.4, { peakBytes: 120 * mebibyte }),
]);
const portal: Footprint = {
  service: "portal",
  leastBytes: 40 * mebibyte,
  mostBytes: 40 * mebibyte,
  peakBytes: 50 * mebibyte,
  limitBytes: 64 * mebibyte,
  outOfMemoryKills: 1,
};

describe("the footprint of a container", () => {
  it("is the least and the most of all that was read, and the highest peak", () => {
    expect(minio).toEqual({
      service: "minio",
      leastBytes: 70 * mebibyte,
      mostBytes: 90.4 * mebibyte,
      peakBytes: 120 * mebibyte,
      limitBytes: 256 * mebibyte,
      outOfMemoryKills: 0,
    });
  });

  it("is unknown, not nothing, where nothing could be read", () => {
    expect(footprintOf(container, [])).toEqual({
      service: "feedback-loop-local-minio",
      limitBytes: 256 * mebibyte,
      outOfMemoryKills: 0,
    });
  });
});

describe("the footprint of a stack", () => {
  it("adds up", () => {
    expect(total([minio, portal])).toMatchObject({
      leastBytes: 110 * mebibyte,
      limitBytes: 320 * mebibyte,
      outOfMemoryKills: 1,
    });
  });

  it("is a table for people", () => {
    expect(text([minio, portal])).toBe(
      [
        "SERVICE   IN USE (MiB)  PEAK  LIMIT  OOM",
        "minio     70 to 90      120   256    0",
        "portal    40            50    64     1",
        "together  110 to 130    170   320    1",
      ].join("\n"),
    );
  });

  it("says where something is unknown, and where there is no limit", () => {
    const unknown = footprintOf({ ...container, memoryLimitBytes: 0 }, []);
    expect(text([unknown])).toMatch(/minio +- +- +none +0/);
  });

  it("is a table for documents, and bytes for programs", () => {
    expect(markdown([portal])).toBe(
      [
        "| service | in use, MiB | peak | limit |",
        "|---|---|---|---|",
        "| portal | 40 | 50 | 64 |",
        "| together | 40 | 50 | 64 |",
      ].join("\n"),
    );
    expect(JSON.parse(json([portal]))).toMatchObject({
      services: [portal],
      together: { limitBytes: 64 * mebibyte },
    });
  });
});
