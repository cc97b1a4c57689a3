// Tells how far a long transfer is, now and then and at its end.
import { amount } from "./manifest";

const everyMs = 5000;

export interface Teller {
  /** One object more, of so many bytes. */
  one: (bytes: number) => void;
  end: () => void;
}

export function teller(what: string, print: (line: string) => void = console.log): Teller {
  const done = { objects: 0, bytes: 0 };
  let toldAt = Date.now();
  const tell = () => {
    print(`${what}: ${done.objects} objects, ${amount(done.bytes)}`);
    toldAt = Date.now();
  };
  return {
    one(bytes) {
      done.objects += 1;
      done.bytes += bytes;
      if (Date.now() - toldAt >= everyMs) tell();
    },
    end: tell,
  };
}
