import { readFileSync } from "node:fs";
import { join } from "node:path";
import { officialImages } from "../infra/images";

it("the lab's mirror has every official image at the version that the product names", () => {
  const list = readFileSync(join(__dirname, "../lab/registry/images.txt"), "utf8");
  const served = list
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/\s+/)[0]);
  expect(served).toEqual(expect.arrayContaining(Object.values(officialImages)));
});
