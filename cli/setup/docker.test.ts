import { pidFileIsStale } from "./docker";

describe("the Docker Engine", () => {
  it("has a stale pid file when the number is nobody's or another program's", () => {
    const programOf = (pid: number) => ({ 7: "dockerd", 8: "bash" })[pid];
    expect(pidFileIsStale("7\n", programOf)).toBe(false);
    expect(pidFileIsStale("8\n", programOf)).toBe(true);
    expect(pidFileIsStale("9\n", programOf)).toBe(true);
  });
});
