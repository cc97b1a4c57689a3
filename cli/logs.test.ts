import { logArgs } from "./logs";

describe("logs", () => {
  it("shows the end, or all since a time", () => {
    expect(logArgs({ follow: false })).toEqual(["--tail", "200"]);
    expect(logArgs({ follow: true, since: "10m" })).toEqual([
      "--follow",
      "--since",
      "10m",
      "--tail",
      "all",
    ]);
  });
});
