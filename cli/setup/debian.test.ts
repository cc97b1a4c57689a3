import { canInstall } from "./debian";

describe("Debian's packages", () => {
  it.each([
    [0, "ID=debian", true],
    [0, 'ID=pop\nID_LIKE="ubuntu debian"', true],
    [0, "ID=fedora", false],
    [1000, "ID=debian", false],
    [0, undefined, false],
  ])("user %s of %j may install packages: %s", (uid, osRelease, expected) =>
    expect(canInstall({ uid, osRelease })).toBe(expected),
  );
});
