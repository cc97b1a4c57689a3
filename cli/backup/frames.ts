// How this command and its program beside the object store talk over a pipe: lines of JSON, each followed by as many bytes
// as whoever reads it takes.

export const line = (message: object): Buffer => Buffer.from(`${JSON.stringify(message)}\n`);

/** The other side ended in the middle of something. */
export class CutOff extends Error {
  override readonly name = "CutOff";
}

export class FrameReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** The next line; undefined at the end. */
  async message<T>(): Promise<T | undefined> {
    for (let from = 0; ;) {
      const end = this.rest.indexOf("\n", from);
      if (end >= 0) {
        const text = this.rest.toString("utf8", 0, end);
        this.rest = this.rest.subarray(end + 1);
        return JSON.parse(text) as T;
      }
      from = this.rest.length;
      const more = await this.next();
      if (!more && this.rest.length > 0) throw new CutOff("it ended in the middle of a line");
      if (!more) return undefined;
      this.rest = Buffer.concat([this.rest, more]);
    }
  }

  /** The next bytes, as many as are asked for, in pieces; all of them have to be taken before the next line. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.rest.length === 0) {
        const more = await this.next();
        if (!more) throw new CutOff(`it ended ${left} bytes before its end`);
        this.rest = more;
      }
      const piece = this.rest.subarray(0, left);
      this.rest = this.rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  private async next(): Promise<Buffer | undefined> {
    const next = await this.source.next();
    if (next.done) return undefined;
    const { buffer, byteOffset, byteLength } = next.value;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}
