// What one person does while misfortunes befall everything: uploads photo after photo, and has an opinion on half of them.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import { noisePhoto } from "../noise-photo";
import type { Person, Said } from "../person";
import { allRealPhotos } from "../photos";
import type { Ledger } from "./ledger";
import { type Random, between, oneOf } from "./schedule";

/** @param going asked before each photo */
export async function uploading(
  person: Person,
  { ledger, random, going }: { ledger: Ledger; random: Random; going: () => boolean },
): Promise<void> {
  const real = allRealPhotos().map((path) => readFileSync(path));
  while (going()) {
    // Half of them as phones make them, half of them like no other.
    const photo = random() < 0.5 ? oneOf(random, real) : noisePhoto(between(random, 5e3, 3e5));
    const accepted = await ledger.upload(person, photo);
    if (accepted && random() < 0.5)
      await ledger.say(person, accepted.id, opinion(random, accepted.prediction.classIndex));
    await sleep(between(random, 50, 500));
  }
}

function opinion(random: Random, predicted: number): Said {
  const kind = oneOf(random, ["agree", "flag", "correction"] as const);
  if (kind !== "correction") return { kind };
  const others = FOOD_CLASSES.map((_, index) => index).filter((index) => index !== predicted);
  return { kind, classIndex: oneOf(random, others) };
}
