// Before anything is measured: all servers must do the same work.
import type { Competitor } from "./competitors";
import { send } from "./load";
import type { BenchPhoto } from "./photos";

interface Answer {
  readonly prediction: string;
  readonly probability: number;
}

/** Decoders differ in how they scale: by the model's own parity tests, a few hundredths at most. */
const TOLERANCE = 0.05;

/** Throws if two servers see different things on a photo. */
export async function checkAnswers(competitors: readonly Competitor[], photo: BenchPhoto) {
  const urls = competitors.map(({ url }) => url).filter((url) => url !== undefined);
  const answers = await Promise.all(
    urls.map(async (url) => JSON.parse(await send({ url, photo })) as Answer),
  );
  const [first, ...others] = answers;
  const differs = others.some(
    ({ prediction, probability }) =>
      prediction !== first?.prediction || Math.abs(probability - first.probability) > TOLERANCE,
  );
  if (differs) throw new Error(`the servers disagree on ${photo.name}: ${JSON.stringify(answers)}`);
}
