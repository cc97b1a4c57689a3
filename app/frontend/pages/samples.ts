// Pictures for a first try. The project's own generator drew them, so they are free of rights and always
// the same. How to make one again:
//   npm run model -- draw --class Egg --seed 8 --out app/frontend/static/samples/eggs.jpg
// Class and seed of the others: Bread 5, Dessert 4 (cake), Noodles/Pasta 3 (spaghetti), Seafood 7 (fish),
// Vegetable/Fruit 3 (salad).
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Sample {
  /** What the form sends. */
  name: string;
  /** What a person calls it. */
  title: string;
  /** Name of the file in static/samples. */
  file: string;
}

export const samples: readonly Sample[] = [
  { name: "eggs", title: "Fried eggs", file: "eggs.jpg" },
  { name: "spaghetti", title: "Spaghetti", file: "spaghetti.jpg" },
  { name: "cake", title: "Cake", file: "cake.jpg" },
  { name: "fish", title: "Fish", file: "fish.jpg" },
  { name: "salad", title: "Salad", file: "salad.jpg" },
  { name: "bread", title: "Bread", file: "bread.jpg" },
];

// The bundle lies beside the folder `static`; in the source it is this module's parent that does.
const folder = __dirname.endsWith("pages")
  ? join(__dirname, "..", "static", "samples")
  : join(__dirname, "static", "samples");

export const sampleNamed = (name: string): Sample | undefined =>
  samples.find((sample) => sample.name === name);

export const readSample = ({ file }: Sample): Promise<Buffer> => readFile(join(folder, file));
