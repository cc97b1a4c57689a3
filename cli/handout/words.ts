// The words that a sheet has in each of its forms.
import type { Sheet } from "./sheet";

export const titleOf = ({ stack }: Pick<Sheet, "stack">): string => `Feedback loop: stack ${stack}`;

export function whoFor({ role, expiresAt }: Pick<Sheet, "role" | "expiresAt">): string {
  const until = expiresAt === undefined ? "" : ` The machine is there until ${expiresAt}.`;
  return `Addresses and logins for ${role === "student" ? "students" : "administrators"}.${until}`;
}

export const warning = "This sheet holds passwords: keep it to yourself.";
