// Walks through a JPEG file: a row of segments, each begun by a marker, with entropy-coded data after each
// scan's header. Structure: ITU-T T.81, annex B.
import { DamagedPhoto } from "./damaged-photo";

/** Second bytes of markers; the first is 0xFF. T.81, table B.1. */
export const MARKER = {
  TEM: 0x01,
  SOF0: 0xc0,
  DHT: 0xc4,
  JPG: 0xc8,
  DAC: 0xcc,
  SOF15: 0xcf,
  RST0: 0xd0,
  RST7: 0xd7,
  SOI: 0xd8,
  EOI: 0xd9,
  SOS: 0xda,
  EXP: 0xdf,
  APP0: 0xe0,
  APP1: 0xe1,
  APP2: 0xe2,
  APP14: 0xee,
} as const;
/** A marker, or a length; both come before the content of a segment. */
export const WORD_BYTES = 2;
export const FILL = 0xff;

/** After 0xFF it says that this was data. */
const STUFFED = 0x00;

/** A marker with its parameters, and after a scan's header with its data. */
export interface Segment {
  marker: number;
  /** Where the marker is, after fill bytes. */
  start: number;
  end: number;
}

/** All segments after the first marker, SOI, up to and with the last one, EOI. Throws DamagedPhoto. */
export function* segmentsOf(photo: Buffer): Generator<Segment> {
  if (photo[0] !== FILL || photo[1] !== MARKER.SOI) {
    throw new DamagedPhoto("it doesn't begin like a JPEG picture");
  }
  let at: number = WORD_BYTES;
  for (;;) {
    const segment = segmentAt(photo, at);
    if (segment.marker === MARKER.SOS) segment.end = endOfScanData(photo, segment.end);
    yield segment;
    if (segment.marker === MARKER.EOI) return;
    at = segment.end;
  }
}

export const isRestart = (byte: number) => byte >= MARKER.RST0 && byte <= MARKER.RST7;

function segmentAt(photo: Buffer, at: number): Segment {
  let code = at;
  while (photo[code] === FILL) code += 1; // any number of them may come before a marker: B.1.1.2
  const marker = photo[code];
  if (marker === undefined) throw new DamagedPhoto("it ends before the picture does");
  if (code === at || marker === STUFFED || marker === MARKER.SOI) {
    throw new DamagedPhoto(`there is something unknown at byte ${at}`);
  }
  const start = code - 1;
  return { marker, start, end: code + 1 + parametersLength(photo, marker, code + 1) };
}

function parametersLength(photo: Buffer, marker: number, at: number): number {
  if (marker === MARKER.EOI || marker === MARKER.TEM || isRestart(marker)) return 0;
  const length = at + WORD_BYTES <= photo.length ? photo.readUInt16BE(at) : 0;
  if (length < WORD_BYTES || at + length > photo.length) {
    throw new DamagedPhoto(`the part before byte ${at} isn't whole`);
  }
  return length;
}

/** Where the next marker begins, fill bytes before it included. Looks at each byte once. */
function endOfScanData(photo: Buffer, start: number): number {
  for (let at = start; at < photo.length; at += 1) {
    if (photo[at] !== FILL) continue;
    const first = at;
    while (photo[at] === FILL) at += 1;
    const byte = photo[at] ?? STUFFED;
    if (byte !== STUFFED && !isRestart(byte)) return first;
  }
  throw new DamagedPhoto("it ends before the picture does");
}
