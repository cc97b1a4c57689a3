// The one error of this folder.
import { ProblemError } from "@feedback-loop/contract";

/** The file's structure can't be followed, so nobody could say what is in it. */
export class DamagedPhoto extends ProblemError {
  override readonly status = 422;
  override readonly code = "damaged-photo";

  /** @param found what is wrong, as a clause: "it ends before the picture does" */
  constructor(found: string) {
    super(
      `The photo's file is damaged: ${found}.`,
      "Open it in a program for pictures, save it as a new JPEG, and send that.",
    );
  }
}
