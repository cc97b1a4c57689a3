// Reads the upload form: one file in the field `photo`, nothing else.
import type { Multipart, MultipartFile } from "@fastify/multipart";
import { ProblemError } from "@feedback-loop/contract";
import type { FastifyRequest } from "fastify";
import { NoPhoto, PhotoTooLarge, WrongForm } from "../problems";
import type { Take } from "./upload-memory";

const FIELD = "photo";

/** The bytes of the photo. Throws NoPhoto, WrongForm, PhotoTooLarge, or what `take` throws. */
export async function readPhotoForm(
  request: FastifyRequest,
  limitMiB: number,
  take: Take,
): Promise<Buffer> {
  const limits = { fileSize: limitMiB * 2 ** 20, files: 2, fields: 4, parts: 5 };
  let photo: Buffer | undefined;
  try {
    for await (const part of request.parts({ limits })) {
      if (!isPhoto(part)) throw unexpected(part);
      if (photo !== undefined) throw new WrongForm("The form has more than one photo.");
      photo = await collect(part.file, take);
      if (part.file.truncated) throw new PhotoTooLarge(limitMiB);
    }
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    throw new WrongForm("The form can't be read.", { cause: error });
  } finally {
    discardRest(request);
  }
  if (photo === undefined) throw new NoPhoto();
  return photo;
}

function isPhoto(part: Multipart): part is MultipartFile {
  return part.type === "file" && part.fieldname === FIELD;
}

function unexpected({ fieldname }: Multipart): WrongForm {
  return fieldname === FIELD
    ? new WrongForm(`The form's field "${FIELD}" holds text and no file.`)
    : new WrongForm(`The form has a field "${fieldname}", which isn't expected.`);
}

/** A browser reads the answer only after it has sent everything: what isn't wanted must flow, too. */
function discardRest({ raw }: FastifyRequest): void {
  raw.unpipe();
  raw.resume();
}

async function collect(file: AsyncIterable<Buffer>, take: Take): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of file) {
    take(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
