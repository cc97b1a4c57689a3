import { readConfig } from "../../infra/config";
import { catalogue } from "../../infra/services/catalogue";
import { type Role, type ServiceSpec, roles } from "../../infra/services/service-spec";
import { html } from "./html";
import { markdown } from "./markdown";
import { type Sheet, type SheetSources, sheetFor } from "./sheet";

const config = readConfig({ open: '["postgres", "objectStore"]' });
const specs = catalogue(config);
const services = specs.filter((spec): spec is ServiceSpec => spec.kind === "service");
const logins = services.flatMap((spec) => spec.logins ?? []);
const passwordOf = (credential: string) => `password-of-${credential}`;

/** As the whole catalogue has them, on a machine with TLS of its own. */
const sources: SheetSources = {
  stack: "class",
  specs,
  specsOfStudents: catalogue({ ...config, open: [] }),
  tls: "internal",
  endpoints: Object.fromEntries(
    services.flatMap(({ name: service, ports, summary }) =>
      ports
        .filter(({ open }) => open === "students")
        .map(({ name }) => [name, { url: `https://198.51.100.7/${name}`, service, summary }]),
    ),
  ),
  credentials: Object.fromEntries(
    logins.map(({ credential }) => [
      credential,
      { user: `user-of-${credential}`, password: passwordOf(credential) },
    ]),
  ),
};

const passwordsFor = (role: Role) =>
  logins.filter((login) => login.role === role).map(({ credential }) => passwordOf(credential));
const written = (sheet: Sheet) => [markdown(sheet), html(sheet)];

describe("a sheet", () => {
  it.each(roles)("has every login of the role %s and none of another", (role) => {
    const others = roles.filter((other) => other !== role).flatMap(passwordsFor);
    expect(passwordsFor(role).length).toBeGreaterThan(2);
    expect(others.length).toBeGreaterThan(2);
    for (const text of written(sheetFor(role, sources))) {
      for (const password of passwordsFor(role)) expect(text).toContain(password);
      for (const password of others) expect(text).not.toContain(password);
    }
  });

  it("has no credential that serves both roles: a student's password would be an administrator's", () => {
    const of = (role: Role) =>
      new Set(logins.filter((login) => login.role === role).map(({ credential }) => credential));
    expect([...of("student")].filter((credential) => of("administrator").has(credential))).toEqual(
      [],
    );
  });

  it("shows students what is theirs, and administrators what was opened for them too", () => {
    const urls = (role: Role) => sheetFor(role, sources).services.map(({ url }) => url);
    const opened = ["postgres", "objectStore"].map((name) => `https://198.51.100.7/${name}`);
    expect(urls("student")).toEqual(
      expect.arrayContaining(
        ["portal", "frontend", "labelStudio", "airflow", "jupyter"].map(
          (name) => `https://198.51.100.7/${name}`,
        ),
      ),
    );
    const notTheirs = [...opened, "https://198.51.100.7/minio"];
    expect(urls("student").filter((url) => notTheirs.includes(url))).toEqual([]);
    expect(urls("administrator")).toEqual(expect.arrayContaining([...urls("student"), ...opened]));
  });

  it("leaves out what the stack doesn't have", () => {
    const { frontend } = sources.endpoints;
    const sheet = sheetFor("student", { ...sources, endpoints: { frontend: frontend! } });
    expect(sheet.services.map(({ url }) => url)).toEqual([frontend!.url]);
    expect(sheet.nextSteps.map(({ url }) => url)).toEqual([frontend!.url]);
  });

  it("gives a name only where a name is asked for", () => {
    const token = logins.find(({ passwordOnly }) => passwordOnly)!;
    for (const text of written(sheetFor(token.role, sources)))
      expect(text).not.toContain(`user-of-${token.credential}`);
  });

  it("tells how to trust the stack's own authority only where there is one", () => {
    expect(sheetFor("administrator", sources).trust[0]).toContain("npm run ca -- -s class");
    expect(sheetFor("student", sources).trust[0]).toContain("ca.crt");
    expect(sheetFor("student", { ...sources, tls: "off" }).trust).toEqual([]);
  });

  it("says until when the machine is there", () => {
    const sheet = sheetFor("student", { ...sources, expiresAt: "2026-12-01T12:00:00Z" });
    for (const text of written(sheet)) expect(text).toContain("until 2026-12-01T12:00:00Z");
  });
});
