// How much memory all uploads together may take. Counted as bytes come in, so that a client which only
// announces a large photo takes nothing from the others.
import { TooManyUploads } from "../problems";

/** Counts bytes that one upload has received. Throws TooManyUploads if there is no room for them. */
export type Take = (bytes: number) => void;

export class UploadMemory {
  private usedBytes = 0;

  constructor(private readonly limitBytes: number) {}

  /** Runs one upload; what it took is given back when it ends, in whatever way. */
  async during<T>(upload: (take: Take) => Promise<T>): Promise<T> {
    let taken = 0;
    const take = (bytes: number) => {
      if (this.usedBytes + bytes > this.limitBytes) throw new TooManyUploads();
      taken += bytes;
      this.usedBytes += bytes;
    };
    try {
      return await upload(take);
    } finally {
      this.usedBytes -= taken;
    }
  }
}
