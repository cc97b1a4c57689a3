import { type Said, standingOf, waitForModel } from "./model-in-service";

const old = { version: "old", sha256: "0d" };
const refused = { sha256: "2e", reason: "model new failed its self-test." };

describe("standingOf", () => {
  it.each<[string, Said | undefined, object]>([
    ["answers", { model: { version: "new", sha256: "2e" } }, { kind: "answers" }],
    [
      "is refused",
      { model: old, refused },
      { kind: "refused", reason: refused.reason, now: "model old still answers" },
    ],
    [
      "follows one that was refused",
      { model: old, refused: { ...refused, sha256: "3f" } },
      { kind: "not yet", now: "model old still answers" },
    ],
    ["isn't there yet", { model: old }, { kind: "not yet", now: "model old still answers" }],
    [
      "has the version of the old one",
      { model: { version: "new", sha256: "0d" } },
      { kind: "not yet", now: "model new still answers" },
    ],
    [
      "is the first",
      { message: "No model is loaded: it is being loaded." },
      { kind: "not yet", now: "No model is loaded: it is being loaded." },
    ],
    ["can't be seen", undefined, { kind: "not yet", now: "the inference API can't be asked" }],
  ])("of a model that %s", (_, said, expected) => {
    expect(standingOf(said, "2e")).toEqual(expected);
  });
});

describe("waitForModel", () => {
  const quick = { sha256: "2e", timeoutSeconds: 0.2, refusalSeconds: 0.1, everySeconds: 0.01 };
  let lines: string[];
  beforeEach(() => (lines = []));
  const say = (line: string) => void lines.push(line);

  /** Says one after the other, and the last for ever. */
  const saying = (...all: (Said | undefined)[]) => {
    const left = [...all];
    return () => Promise.resolve(left.length > 1 ? left.shift() : left[0]);
  };

  it("tells what it waits for once, and ends when the model answers", async () => {
    const ask = saying({ model: old }, { model: old }, undefined, {
      model: { version: "new", sha256: "2e" },
    });
    await waitForModel({ ...quick, ask, say });
    expect(lines).toEqual([
      "waiting: model old still answers",
      "waiting: the inference API can't be asked",
    ]);
  });

  it("says why the model is refused, and which one answers", async () => {
    const waiting = waitForModel({ ...quick, ask: saying({ model: old, refused }), say });
    await expect(waiting).rejects.toThrow(
      "the inference API doesn't take this model: model new failed its self-test.\nmodel old still answers",
    );
  });

  it("isn't misled by the refusal of an earlier try", async () => {
    const ask = saying({ model: old, refused }, { model: { version: "new", sha256: "2e" } });
    await waitForModel({ ...quick, ask, say });
  });

  it("doesn't wait for ever", async () => {
    const waiting = waitForModel({ ...quick, ask: saying({ model: old }), say });
    await expect(waiting).rejects.toThrow(
      "the model is published, but doesn't answer after 0.2 s: model old still answers",
    );
  });
});
