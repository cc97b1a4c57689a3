import type { Rows } from "./databases";
import type { Manifest } from "./manifest";
import { type Holdings, checkTarget, compared, peoplesData } from "./target";

const content = { bytes: 1, sha256: "" };
const manifest: Manifest = {
  format: 1,
  stack: "course",
  takenAt: "2026-11-28T12:00:00.000Z",
  postgresql: "17.12",
  images: {},
  databases: ["airflow", "label-studio", "loop"].map((name) => ({ name, rows: {}, ...content })),
  buckets: ["labeling", "models", "production"].map((name) => ({
    ...{ name, objects: 1, bytes: 1, index: content },
  })),
};

/** As it is after its first deployment. */
const empty: Holdings = {
  databases: new Map<string, Rows>([
    ["airflow", { "public.dag": 2, "public.ab_user": 2 }],
    ["label-studio", { "public.project": 1, "public.task": 0, "public.htx_user": 2 }],
    ["loop", { "public.migrations": 3, "public.predictions": 0 }],
  ]),
  buckets: new Map([
    ["labeling", 0],
    ["models", 2],
    ["production", 0],
  ]),
  unfinished: [],
};
const used: Holdings = {
  ...empty,
  databases: new Map<string, Rows>([
    ...empty.databases,
    ["label-studio", { "public.task": 4, "public.task_completion": 3 }],
    ["loop", { "public.migrations": 3, "public.predictions": 9 }],
  ]),
  buckets: new Map([...empty.buckets, ["models", 3], ["production", 9]]),
};
const small: Holdings = {
  ...empty,
  databases: new Map([["loop", {}]]),
  buckets: new Map([
    ["models", 2],
    ["production", 0],
  ]),
};
const wanted = { stack: "local", manifest, id: "abc", replace: false, partial: false };

describe("a stack that a backup is meant for", () => {
  it("is empty when nobody did anything in it yet", () => {
    expect(peoplesData(empty)).toEqual([]);
    expect(checkTarget(wanted, empty)).toEqual({ replaces: [] });
  });

  it("isn't touched when it holds what people made, unless that is to be replaced", () => {
    const made = [
      "4 rows in public.task of database label-studio",
      "3 rows in public.task_completion of database label-studio",
      "9 rows in public.predictions of database loop",
      "3 objects in bucket models",
      "9 objects in bucket production",
    ];
    expect(peoplesData(used)).toEqual(made);
    expect(() => checkTarget(wanted, used)).toThrow(
      /holds data already:\n {2}4 rows in public\.task .*[^]*--replace/,
    );
    expect(checkTarget({ ...wanted, replace: true }, used)).toEqual({ replaces: made });
  });

  it("is gone on with when the same backup's restoration was interrupted, and not with another's", () => {
    expect(checkTarget(wanted, { ...used, unfinished: ["abc"] })).toEqual({ replaces: [] });
    expect(() => checkTarget(wanted, { ...used, unfinished: ["other"] })).toThrow(
      "Another backup's restoration was interrupted here",
    );
  });

  it("must have a place for all of it, unless some may be left out", () => {
    expect(() => checkTarget(wanted, small)).toThrow(
      /no place for database airflow, database label-studio, bucket labeling: .*--partial/,
    );
    expect(checkTarget({ ...wanted, partial: true }, small)).toEqual({ replaces: [] });
  });
});

describe("objects in a store", () => {
  it("are compared with those of the backup", () => {
    const entry = (key: string, bytes: number) => ({ key, bytes, sha256: "", headers: {} });
    const objects = [entry("a", 1), entry("b", 2), entry("c", 3)];
    const there = new Map([
      [
        "production",
        new Map([
          ["a", 1],
          ["b", 20],
          ["d", 4],
        ]),
      ],
      ["another", new Map([["e", 5]])],
    ]);
    expect(compared([{ name: "production", objects }], there)).toEqual({
      missing: ["production/b", "production/c"],
      extra: new Map([["production", ["d"]]]),
    });
    expect(compared([{ name: "models", objects: [] }], there)).toEqual({
      missing: [],
      extra: new Map(),
    });
  });
});
