// Pictures for a first try. They are drawn, not photographed, by the project's own generator:
//   npm run model -- draw --class CLASS --seed SEED --out app/frontend/static/samples/FILE
// with classes and seeds: Bread 5, Dessert 4 (cake), Egg 8, Seafood 7 (fish), Vegetable/Fruit 3 (salad),
// Noodles/Pasta 3 (spaghetti).
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Sample {
  /** What the form sends. */
  name: string;
  title: string;
  /** Below static/samples. */
  file: string;
}

export const samples: readonly Sample[] = [
  { name: "bread", title: "Bread", file: "bread.jpg" },
  { name: "cake", title: "Cake", file: "cake.jpg" },
  { name: "eggs", title: "Eggs", file: "eggs.jpg" },
  { name: "fish", title: "Fish", file: "fish.jpg" },
  { name: "salad", title: "Salad", file: "salad.jpg" },
  { name: "spaghetti", title: "Spaghetti", file: "spaghetti.jpg" },
];

// The bundle lies in one folder with static/, as this module's parent does in the source.
const root = __dirname.endsWith("pages") ? join(__dirname, "..") : __dirname;

export function sampleNamed(name: string): Sample | undefined {
  return samples.find((sample) => sample.name === name);
}

export function readSample({ file }: Sample): Promise<Buffer> {
  return readFile(join(root, "static", "samples", file));
}
