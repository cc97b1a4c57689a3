import fc from "fast-check";
import { type Misfortune, schedule, seeded, stores } from "./schedule";

const seeds = fc.nat();
const misfortunes = (seed: number) => schedule(seeded(seed)).map(({ misfortune }) => misfortune);

describe("a schedule of misfortunes", () => {
  it("is the same for the same seed and another for the next one", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(misfortunes(seed)).toEqual(misfortunes(seed));
        expect(misfortunes(seed)).not.toEqual(misfortunes(seed + 1));
      }),
    );
  });

  it("kills each store once and starts it again some steps later", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const all = misfortunes(seed);
        const places = (kind: Misfortune["kind"], store: string) =>
          all.flatMap((one, at) =>
            one.kind === kind && "store" in one && one.store === store ? [at] : [],
          );
        for (const store of stores) {
          const [killed, ...again] = places("kill", store);
          const [started, ...more] = places("start", store);
          expect([...again, ...more]).toEqual([]);
          expect(started! - killed!).toBeGreaterThan(2);
        }
        expect(all.filter(({ kind }) => kind === "crash")).toHaveLength(8);
      }),
    );
  });
});

describe("seeded numbers", () => {
  it("fill the range from 0 to 1 evenly", () => {
    const random = seeded(5);
    const numbers = Array.from({ length: 10_000 }, random);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => numbers.filter((number) => Math.floor(number * 10) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(tenths.reduce((sum, count) => sum + count)).toBe(10_000);
  });
});
