import { BARE_LOOP, cellsOf, FASTAPI, markdownOf, OURS, rowsOf, type Sample } from "./report";
import { verdictsOf, verdictText } from "./report";

const sample = (competitor: string, cpuMs: number, more: Partial<Sample> = {}): Sample => ({
  competitor,
  photo: "egg",
  cpuMs,
  perSecond: 1000 / cpuMs,
  ...more,
});

const rounds = [
  [sample(OURS, 5, { p50Ms: 7, p99Ms: 9 }), sample(FASTAPI, 6), sample(BARE_LOOP, 4.4)],
  [sample(OURS, 4, { p50Ms: 8, p99Ms: 30 }), sample(FASTAPI, 8), sample(BARE_LOOP, 4)],
  [sample(OURS, 9, { p50Ms: 6, p99Ms: 10 }), sample(FASTAPI, 7), sample(BARE_LOOP, 8)],
].flat();

describe("the rounds of a benchmark", () => {
  it("become a row for each competitor, with median, least and most", () => {
    const rows = rowsOf(rounds);
    expect(rows.map(({ competitor }) => competitor)).toEqual([OURS, FASTAPI, BARE_LOOP]);
    expect(rows[0]).toEqual({
      competitor: OURS,
      photo: "egg",
      cpuMs: { median: 5, least: 4, most: 9 },
      perSecond: { median: 200, least: 1000 / 9, most: 250 },
      p50Ms: { median: 7, least: 6, most: 8 },
      p99Ms: { median: 10, least: 9, most: 30 },
    });
    expect(rows[2]).not.toHaveProperty("p50Ms");
  });

  it("keep photos apart", () => {
    const rows = rowsOf([...rounds, ...rounds.map((one) => ({ ...one, photo: "soup" }))]);
    expect(rows.map(({ photo }) => photo)).toEqual(["egg", "egg", "egg", "soup", "soup", "soup"]);
  });

  it("must be whole", () => {
    expect(() => rowsOf([...rounds, sample(OURS, 1, { photo: "soup" })])).toThrow("no sample");
  });

  it("say whether the aims were met", () => {
    expect(verdictsOf(rowsOf(rounds)).map(verdictText)).toEqual([
      "met     egg: less than 0.7 CPU-ms a request above the bare loop (0.60 above)",
      "met     egg: fewer CPU-ms a request than FastAPI (5.00 against 7.00)",
    ]);
    const slow = rounds.map((one) => (one.competitor === OURS ? { ...one, cpuMs: 8 } : one));
    expect(verdictsOf(rowsOf(slow)).map(verdictText)).toEqual([
      "MISSED  egg: less than 0.7 CPU-ms a request above the bare loop (3.60 above)",
      "MISSED  egg: fewer CPU-ms a request than FastAPI (8.00 against 7.00)",
    ]);
  });
});

describe("the table", () => {
  it("shows median, least and most, and a dash for what isn't measured", () => {
    const [heading, ours, , bare] = cellsOf(rowsOf(rounds));
    expect(heading).toHaveLength(ours?.length ?? 0);
    expect(ours).toEqual([
      "egg",
      "ours",
      "5.00 (4.00–9.00)",
      "200 (111–250)",
      "7.0 (6.0–8.0)",
      "10.0 (9.0–30.0)",
    ]);
    expect(bare?.slice(-2)).toEqual(["-", "-"]);
  });

  it("is Markdown, too", () => {
    expect(
      markdownOf([
        ["A", "B"],
        ["1", "2"],
      ]),
    ).toBe("| A | B |\n| --- | --- |\n| 1 | 2 |");
  });
});
