import {
  cloudNameOf,
  descriptionOf,
  metadataOf,
  ownerMark,
  readMetadata,
  readNeutron,
  tagsOf,
} from "./marks";

const marks = {
  cloudName: "feedback-loop-chameleon-abc12",
  owner: "laptop:/home/me/loop#0a1b2c3d",
  expires: "2026-12-01T12:00Z",
};
const read = {
  cloudName: "feedback-loop-chameleon-abc12",
  owner: "0a1b2c3d",
  expires: "2026-12-01T12:00Z",
  keep: false,
};

describe("marks", () => {
  it("name the stack, with its suffix", () => {
    expect(cloudNameOf("chameleon")).toBe("feedback-loop-chameleon");
    expect(cloudNameOf("chameleon", "abc12")).toBe(marks.cloudName);
  });

  it("tell nobody else the owner's machine and folder", () => {
    expect(ownerMark(marks.owner)).toBe("0a1b2c3d");
    expect(JSON.stringify([tagsOf(marks), metadataOf(marks), descriptionOf(marks)])).not.toMatch(
      /laptop|home/,
    );
  });

  it("are read back from metadata, tags, or the description alone", () => {
    expect(readMetadata(metadataOf(marks))).toEqual(read);
    expect(readNeutron({ tags: tagsOf(marks), description: "" })).toEqual(read);
    expect(readNeutron({ tags: [], description: descriptionOf(marks) })).toEqual(read);
  });

  it("of tags count before the description's, which may be older", () => {
    const newer = { ...marks, expires: "2026-12-02T12:00Z" };
    const found = { tags: tagsOf(newer), description: descriptionOf(marks) };
    expect(readNeutron(found)?.expires).toBe("2026-12-02T12:00Z");
  });

  it("say of data that it stays", () => {
    expect(readMetadata(metadataOf({ ...marks, keep: true }))?.keep).toBe(true);
  });

  it("are found on nothing else", () => {
    expect(readMetadata({ role: "web" })).toBeUndefined();
    expect(
      readNeutron({ tags: ["feedback-loop"], description: "allow ssh for all" }),
    ).toBeUndefined();
    expect(readNeutron({ description: null })).toBeUndefined();
  });

  it("fit into what Neutron takes, whatever the names", () => {
    const longest = { ...marks, cloudName: cloudNameOf("s".repeat(41), "x".repeat(40)) };
    expect(descriptionOf(longest).length).toBeLessThanOrEqual(255);
    expect(Math.max(...tagsOf(longest).map(({ length }) => length))).toBeLessThanOrEqual(255);
  });
});
