// A file of nothing but empty parts is legal, and takes a hundred times as long as a photo of its size.
import { DamagedPhoto } from "./damaged-photo";

/** A PNG of 100 MiB in parts of 8 KiB, the smallest that programs use, has some 13,000. */
const MOST_PARTS = 20_000;

/** The same parts. Throws DamagedPhoto if there are more than any picture has. */
export function* limited<Part>(parts: Iterable<Part>): Generator<Part> {
  let count = 0;
  for (const part of parts) {
    count += 1;
    if (count > MOST_PARTS) throw new DamagedPhoto("it has more parts than a picture has");
    yield part;
  }
}
