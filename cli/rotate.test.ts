import { chosenFrom, credentialUrns, listed } from "./rotate";

const credentials = ["airflow-fernet", "database-frontend", "frontend-session", "jupyter-token"];
const urnOf = (type: string, name: string) =>
  `urn:pulumi:local::feedback-loop::feedback-loop:runtime:Deployment$${type}::${name}`;

describe("rotate", () => {
  it("finds the resource of each credential, and no other generated value", () => {
    const password = "feedback-loop:infra:Credentials$random:index/randomPassword:RandomPassword";
    const urns = [
      urnOf(password, "object-store-root"),
      urnOf(password, "database-frontend"),
      urnOf("feedback-loop:infra:Credentials", "credentials"),
      urnOf("random:index/randomId:RandomId", "owner"),
    ];
    const resources = urns.map((urn) => ({ urn, type: "" }));
    expect([...credentialUrns({ resources })]).toEqual([
      ["database-frontend", urns[1]],
      ["object-store-root", urns[0]],
    ]);
  });

  it("leaves out of --all what costs more than a login, unless it is named", () => {
    const chosen = (named: string[], all: boolean) => chosenFrom(credentials, { named, all });
    expect(chosen([], true)).toEqual(["database-frontend", "jupyter-token"]);
    expect(chosen(["frontend-session"], true)).toEqual([
      "database-frontend",
      "frontend-session",
      "jupyter-token",
    ]);
    expect(chosen(["airflow-fernet"], false)).toEqual(["airflow-fernet"]);
    expect(chosen([], false)).toEqual([]);
  });

  it("names those that there are when one isn't", () => {
    expect(() =>
      chosenFrom(credentials, { named: ["root", "database-frontend"], all: false }),
    ).toThrow(
      "no credential root in this stack; there are airflow-fernet, database-frontend, frontend-session, jupyter-token",
    );
  });

  it("tells what people notice, also of a credential that nobody wrote about", () => {
    expect(listed(["frontend-session", "new-one"])).toMatch(
      /^CREDENTIAL +--all +WHAT .*\nfrontend-session +no +every uploader is a stranger.*\nnew-one +no +unknown/,
    );
  });
});
