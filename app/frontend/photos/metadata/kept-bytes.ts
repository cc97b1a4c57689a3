// What is kept of a file, put together while the file is walked through. Nothing is copied as long as
// what is kept lies in one piece; then everything is copied once, into memory of about the file's size.

/** More than one orientation block and one padding byte can add to what they replace. */
const MARGIN_BYTES = 64;

export class KeptBytes {
  private copy: Buffer | undefined;
  private copiedBytes = 0;
  /** The last run of bytes that is kept and not copied yet. */
  private run = { start: 0, end: 0 };

  constructor(private readonly file: Buffer) {}

  /** Keeps the bytes from `start` to before `end`. */
  keep(start: number, end: number): void {
    if (start !== this.run.end) {
      this.copyRun();
      this.run.start = start;
    }
    this.run.end = end;
  }

  /** Adds bytes that aren't the file's. They may replace bytes, but hardly be more (MARGIN_BYTES). */
  insert(bytes: Buffer): void {
    this.copyRun();
    this.target().set(bytes, this.copiedBytes);
    this.copiedBytes += bytes.length;
    this.run = { start: -1, end: -1 };
  }

  /** All that is kept. If `isShared`, it is the file itself or a part of it, and must not be written to. */
  result(): { bytes: Buffer; isShared: boolean } {
    if (this.copy === undefined && this.run.start === 0) {
      const isWhole = this.run.end === this.file.length;
      return { bytes: isWhole ? this.file : this.file.subarray(0, this.run.end), isShared: true };
    }
    this.copyRun();
    this.run = { start: -1, end: -1 };
    return { bytes: this.target().subarray(0, this.copiedBytes), isShared: false };
  }

  private copyRun(): void {
    const { start, end } = this.run;
    if (start === end) return;
    this.copiedBytes += this.file.copy(this.target(), this.copiedBytes, start, end);
  }

  private target(): Buffer {
    this.copy ??= Buffer.allocUnsafe(this.file.length + MARGIN_BYTES);
    return this.copy;
  }
}
