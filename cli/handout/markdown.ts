// A sheet in Markdown.
import type { Sheet, SheetService } from "./sheet";
import { titleOf, whoFor, warning } from "./words";

export const markdown = (sheet: Sheet): string =>
  [
    `# ${escaped(titleOf(sheet))}`,
    escaped(whoFor(sheet)),
    `**${escaped(warning)}**`,
    ...sheet.services.map(service),
    ...section(
      "Next steps",
      sheet.nextSteps.map(({ words, url }) => `${escaped(words)} <${url}>`),
    ),
    ...section("So that your browser trusts these addresses", sheet.trust.map(escaped)),
  ].join("\n\n");

function service({ title, purpose, url, logins }: SheetService): string {
  const heading = [`## ${escaped(title)}`, ...(purpose ? [escaped(purpose)] : []), `<${url}>`];
  const table = [
    "| user | password | may |",
    "|---|---|---|",
    ...logins.map(({ user, password, may }) =>
      row(user === undefined ? "none is asked for" : code(user), code(password), escaped(may)),
    ),
  ].join("\n");
  return [...heading, ...(logins.length > 0 ? [table] : [])].join("\n\n");
}

const row = (...cells: string[]) => `| ${cells.join(" | ")} |`;

const section = (heading: string, items: readonly string[]): string[] =>
  items.length === 0
    ? []
    : [`## ${heading}`, items.map((item, at) => `${at + 1}. ${item}`).join("\n")];

/** Signs that mean something in Markdown or HTML mean themselves. */
const escaped = (text: string) => text.replace(/[\\`*_[\]<>|#]/g, "\\$&");

/** Users and passwords are words without spaces; a backtick would end the code. */
const code = (text: string) => (/[`|\\]/.test(text) ? escaped(text) : `\`${text}\``);
