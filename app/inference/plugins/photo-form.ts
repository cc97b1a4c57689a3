// The photo in a form (multipart/form-data): one file in the field `image`, and nothing else.
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { WrongForm } from "../errors";

const FIELD = "image";
/** One more than is taken, so that what is too much can be told. */
const LIMITS = { files: 2, fields: 1, parts: 2, fieldSize: 100, headerPairs: 32 };

/** The bytes of the file; a file without bytes has none. Rejects with WrongForm. */
export function photoOfForm(body: Buffer, contentType: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const form = parserFor(contentType);
    let photo: Promise<Buffer> | undefined;
    const refuse = (message: string, cause?: unknown) => reject(new WrongForm(message, { cause }));
    form.on("file", (name, file) => {
      const content = collected(file);
      content.catch((cause: unknown) => refuse("The form ends within its file.", cause));
      if (name !== FIELD) refuse(unexpected(name));
      else if (photo !== undefined) refuse("The form has more than one file.");
      photo = content;
    });
    form.on("field", (name) => {
      refuse(name === FIELD ? `Field "${FIELD}" holds a text and no file.` : unexpected(name));
    });
    form.on("partsLimit", () => refuse("The form has more than one file."));
    form.on("error", (cause) => refuse("The form can't be read.", cause));
    form.on("finish", () => {
      if (photo === undefined) refuse(`The form has no file in the field "${FIELD}".`);
      else resolve(photo);
    });
    form.end(body);
  });
}

function parserFor(contentType: string): BusboyInstance {
  try {
    return new Busboy({ headers: { "content-type": contentType }, limits: LIMITS });
  } catch (cause) {
    throw new WrongForm("The header Content-Type names no boundary of the form's parts.", {
      cause,
    });
  }
}

function unexpected(name: string): string {
  return `The form has a field "${name.slice(0, 100)}", which isn't expected.`;
}

async function collected(file: BusboyFileStream): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}
