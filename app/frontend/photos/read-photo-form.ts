// Reads the upload form: one file in the field `photo`, or the name of a sample in the field `sample`.
import type { Multipart, MultipartFile } from "@fastify/multipart";
import { ProblemError } from "@feedback-loop/contract";
import type { FastifyRequest } from "fastify";
import { NoPhoto, PhotoTooLarge, WrongForm } from "../problems";
import type { Take } from "./upload-memory";

const FILE_FIELD = "photo";
const SAMPLE_FIELD = "sample";

/** What was sent: the bytes of a photo, or which sample to take. */
export type PhotoForm = { photo: Buffer } | { sample: string };

/** Throws NoPhoto, WrongForm, PhotoTooLarge, or what `take` throws. */
export async function readPhotoForm(
  request: FastifyRequest,
  limitMiB: number,
  take: Take,
): Promise<PhotoForm> {
  const limits = { fileSize: limitMiB * 2 ** 20, fieldSize: 100, files: 2, fields: 4, parts: 5 };
  const form: { photo?: Buffer; sample?: string } = {};
  try {
    for await (const part of request.parts({ limits })) {
      if (isPhoto(part)) {
        if (form.photo !== undefined) throw new WrongForm("The form has more than one photo.");
        form.photo = await collect(part.file, take, capacityOf(request, limits.fileSize));
        if (part.file.truncated) throw new PhotoTooLarge(limitMiB);
      } else if (part.fieldname === SAMPLE_FIELD && part.type === "field") {
        if (form.sample !== undefined) throw new WrongForm("The form names more than one sample.");
        form.sample = String(part.value);
      } else throw unexpected(part);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new WrongForm("The form can't be read.", { cause: error });
  } finally {
    discardRest(request);
  }
  return choose(form);
}

/** Browsers send an empty file for a field that was left alone: next to a sample it means nothing. */
function choose({ photo, sample }: { photo?: Buffer; sample?: string }): PhotoForm {
  const isEmpty = photo === undefined || photo.length === 0;
  if (sample === undefined) {
    if (isEmpty) throw new NoPhoto();
    return { photo };
  }
  if (!isEmpty) throw new WrongForm("The form has both a photo and a sample.");
  return { sample };
}

function isPhoto(part: Multipart): part is MultipartFile {
  return part.type === "file" && part.fieldname === FILE_FIELD;
}

function unexpected({ fieldname, type }: Multipart): WrongForm {
  if (fieldname === FILE_FIELD || fieldname === SAMPLE_FIELD) {
    const [given, needed] = type === "file" ? ["a file", "text"] : ["text", "a file"];
    return new WrongForm(`The form's field "${fieldname}" holds ${given} and not ${needed}.`);
  }
  return new WrongForm(`The form has a field "${fieldname}", which isn't expected.`);
}

/** A browser reads the answer only after it has sent everything: what isn't wanted must flow, too. */
function discardRest({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
}

/** Most bytes that the photo can have: the parser lets no more through. */
function capacityOf({ headers }: FastifyRequest, limitBytes: number): number {
  return Math.min(Number(headers["content-length"] ?? limitBytes), limitBytes);
}

/** Into one piece: joining chunks afterwards would take the photo's memory twice. */
async function collect(file: AsyncIterable<Buffer>, take: Take, capacityBytes: number) {
  // Memory that isn't written to isn't taken from the system, so one may ask for too much.
  const photo = Buffer.allocUnsafeSlow(capacityBytes);
  let length = 0;
  for await (const chunk of file) {
    take(chunk.length);
    length += chunk.copy(photo, length);
  }
  return photo.subarray(0, length);
}
