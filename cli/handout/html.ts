// A sheet as one HTML file that needs nothing else, for a browser or a printer.
import type { Sheet, SheetLogin, SheetService } from "./sheet";
import { titleOf, warning, whoFor } from "./words";

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin: 1.6rem 0 0.2rem; } p { margin: 0.2rem 0; }
.warning { font-weight: 600; }
section { break-inside: avoid; }
table { border-collapse: collapse; width: 100%; margin-top: 0.4rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border: 1px solid #767676; vertical-align: top; }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } a { color: inherit; } }
`;

export const html = (sheet: Sheet): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(titleOf(sheet))}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(titleOf(sheet))}</h1>
<p>${escaped(whoFor(sheet))}</p>
<p class="warning">${escaped(warning)}</p>
${[
  ...sheet.services.map(service),
  ...section(
    "Next steps",
    sheet.nextSteps.map(({ words, url }) => `${escaped(words)} ${link(url)}`),
  ),
  ...section("So that your browser trusts these addresses", sheet.trust.map(escaped)),
].join("\n")}
</main>
</body>
</html>`;

const service = ({ title, purpose, url, logins }: SheetService) =>
  `<section>
<h2>${escaped(title)}</h2>
<p>${escaped(purpose)}</p>
<p>${link(url)}</p>
${logins.length > 0 ? loginTable(logins) : ""}
</section>`;

const loginTable = (logins: readonly SheetLogin[]) =>
  `<table>
<thead><tr><th scope="col">user</th><th scope="col">password</th><th scope="col">may</th></tr></thead>
<tbody>
${logins.map(loginRow).join("\n")}
</tbody>
</table>`;

const loginRow = ({ user, password, may }: SheetLogin) =>
  `<tr><td>${user === undefined ? "none is asked for" : code(user)}</td><td>${code(password)}</td><td>${escaped(may)}</td></tr>`;

const section = (heading: string, items: readonly string[]): string[] =>
  items.length === 0
    ? []
    : [
        `<section>
<h2>${escaped(heading)}</h2>
<ol>
${items.map((item) => `<li>${item}</li>`).join("\n")}
</ol>
</section>`,
      ];

const code = (text: string) => `<code>${escaped(text)}</code>`;
/** PostgreSQL's and other addresses that no browser opens stay text. */
const link = (url: string) =>
  /^https?:/.test(url) ? `<a href="${escaped(url)}">${escaped(url)}</a>` : code(url);

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign]!);
