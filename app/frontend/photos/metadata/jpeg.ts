// What of a JPEG file is needed to show it. Application segments: T.871 (JFIF), Exif 2.32 section 4.5.4,
// ICC.1:2022 annex B.4, Adobe's Technical Note 5116 section 18.
import { DamagedPhoto } from "./damaged-photo";
import { FILL, isRestart, MARKER, type Segment, segmentsOf, WORD_BYTES } from "./jpeg-segments";
import { KeptBytes } from "./kept-bytes";
import { limited } from "./limited-parts";
import { orientationBlock, orientationOf, UPRIGHT } from "./orientation";

/** An application segment of which something is kept; all others go. */
interface Application {
  marker: number;
  /** What its content begins with. */
  name: Buffer;
  /** Without this, the first one counts and the others go. */
  repeats?: boolean;
  /** What is kept of the content, if anything. */
  keep(content: Buffer): Buffer | undefined;
}

/** What follows in a JFIF segment is a thumbnail; the last two of these bytes are its size. */
const JFIF_BYTES = 14;
/** What follows in Adobe's segment is nobody's. */
const ADOBE_BYTES = 12;
const EXIF = Buffer.from("Exif\0\0", "latin1");

const APPLICATIONS: readonly Application[] = [
  { marker: MARKER.APP0, name: Buffer.from("JFIF\0", "latin1"), keep: withoutThumbnail },
  { marker: MARKER.APP1, name: EXIF, keep: onlyOrientation },
  {
    marker: MARKER.APP2,
    name: Buffer.from("ICC_PROFILE\0", "latin1"),
    repeats: true, // a profile may be too large for one
    keep: (content) => content,
  },
  {
    marker: MARKER.APP14,
    name: Buffer.from("Adobe", "latin1"),
    repeats: true, // decoders differ in which one counts
    keep: (content) =>
      content.length < ADOBE_BYTES ? undefined : content.subarray(0, ADOBE_BYTES),
  },
];

/** Throws DamagedPhoto. */
export function stripJpeg(photo: Buffer): Buffer {
  const kept = new KeptBytes(photo);
  kept.keep(0, WORD_BYTES);
  const seen = new Set<Application>();
  let [hasFrame, hasScan] = [false, false];
  for (const segment of limited(segmentsOf(photo))) {
    hasFrame ||= isFrame(segment.marker);
    hasScan ||= segment.marker === MARKER.SOS;
    if (isPicture(segment.marker)) kept.keep(segment.start, segment.end);
    else keepApplication(photo, segment, kept, seen);
  }
  if (!hasFrame || !hasScan) throw new DamagedPhoto("there is no picture in it");
  return kept.result().bytes;
}

/**
 * What a decoder needs: frames, tables, scans and the end, which are the codes from SOF0 to EXP but for
 * JPG, which is reserved, and restarts, which mean nothing outside of a scan's data.
 */
const isPicture = (marker: number) =>
  marker >= MARKER.SOF0 && marker <= MARKER.EXP && marker !== MARKER.JPG && !isRestart(marker);

/** SOF0 to SOF15 share their range with three others. */
const isFrame = (marker: number) =>
  marker >= MARKER.SOF0 &&
  marker <= MARKER.SOF15 &&
  marker !== MARKER.DHT &&
  marker !== MARKER.JPG &&
  marker !== MARKER.DAC;

function keepApplication(
  photo: Buffer,
  { marker, start, end }: Segment,
  kept: KeptBytes,
  seen: Set<Application>,
): void {
  const content = photo.subarray(start + 2 * WORD_BYTES, end);
  const application = APPLICATIONS.find(
    (one) => one.marker === marker && content.subarray(0, one.name.length).equals(one.name),
  );
  if (application === undefined || (seen.has(application) && !application.repeats)) return;
  seen.add(application);
  const wanted = application.keep(content);
  if (wanted === undefined) return;
  if (wanted.equals(content)) kept.keep(start, end);
  else kept.insert(segmentOf(marker, wanted));
}

/** Undefined if it is too short to be one. */
function withoutThumbnail(content: Buffer): Buffer | undefined {
  if (content.length < JFIF_BYTES) return undefined;
  const wanted = Buffer.from(content.subarray(0, JFIF_BYTES));
  return wanted.fill(0, JFIF_BYTES - 2);
}

function onlyOrientation(content: Buffer): Buffer | undefined {
  const orientation = orientationOf(content.subarray(EXIF.length));
  if (orientation === UPRIGHT) return undefined;
  return Buffer.concat([EXIF, orientationBlock(orientation)]);
}

function segmentOf(marker: number, content: Buffer): Buffer {
  const segment = Buffer.alloc(2 * WORD_BYTES + content.length);
  segment.writeUInt8(FILL, 0);
  segment.writeUInt8(marker, 1);
  segment.writeUInt16BE(WORD_BYTES + content.length, WORD_BYTES);
  segment.set(content, 2 * WORD_BYTES);
  return segment;
}
