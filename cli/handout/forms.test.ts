import { html } from "./html";
import { markdown } from "./markdown";
import type { Sheet } from "./sheet";

const sheet: Sheet = {
  stack: "local",
  role: "student",
  services: [
    {
      title: "Label Studio",
      purpose: "label <photos> & | pages",
      url: "http://127.0.0.1:8081/?a=1&b=2",
      logins: [{ user: "annotator@example.org", password: "secret1", may: "label" }],
    },
    {
      title: "JupyterLab",
      purpose: "notebooks",
      url: "http://127.0.0.1:8888",
      logins: [{ password: "token1", may: "run" }],
    },
    { title: "PostgreSQL", purpose: "facts", url: "postgresql://127.0.0.1:5432", logins: [] },
  ],
  nextSteps: [{ words: "Upload a photo.", url: "http://127.0.0.1:5000" }],
  trust: [],
};

describe("a sheet in Markdown", () => {
  it("is as reviewed", () => {
    expect(markdown(sheet)).toMatchInlineSnapshot(`
      "# Feedback loop: stack local

      Addresses and logins for students.

      **This sheet holds passwords: keep it to yourself.**

      ## Label Studio

      label \\<photos\\> & \\| pages

      <http://127.0.0.1:8081/?a=1&b=2>

      | user | password | may |
      |---|---|---|
      | \`annotator@example.org\` | \`secret1\` | label |

      ## JupyterLab

      notebooks

      <http://127.0.0.1:8888>

      | user | password | may |
      |---|---|---|
      | none is asked for | \`token1\` | run |

      ## PostgreSQL

      facts

      <postgresql://127.0.0.1:5432>

      ## Next steps

      1. Upload a photo. <http://127.0.0.1:5000>"
    `);
  });

  it("lets no text become a cell, a heading or a tag", () => {
    expect(markdown(sheet)).toContain("label \\<photos\\> & \\| pages");
  });
});

describe("a sheet in HTML", () => {
  const page = html(sheet);

  it("escapes whatever text it is given", () => {
    expect(page).toContain("label &lt;photos&gt; &amp; | pages");
    expect(page).toContain('<a href="http://127.0.0.1:8081/?a=1&amp;b=2">');
    const hostile = { ...sheet, stack: `"><script>alert('x')</script>` };
    expect(html(hostile)).not.toContain("<script");
  });

  it("needs nothing but itself, and sends nothing anywhere", () => {
    expect(page).not.toMatch(/\b(src|srcset|@import|url)\s*[=(]/);
    expect(page).not.toContain("<script");
    expect(page).toContain("default-src 'none'");
  });

  it("links what a browser opens, and nothing else", () => {
    const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, target]) => target);
    expect(links).toEqual([
      "http://127.0.0.1:8081/?a=1&amp;b=2",
      "http://127.0.0.1:8888",
      "http://127.0.0.1:5000",
    ]);
  });

  it("closes every element that it opens", () => {
    const tags = [...page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)].filter(
      ([, , name]) => !["meta"].includes(name!),
    );
    const open: string[] = [];
    for (const [, slash, name] of tags) {
      if (slash) expect(open.pop()).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
    expect(tags.length).toBeGreaterThan(40);
  });
});
