import { visible } from "./rendering";
import { secretSignature, shownValue, signatureKey } from "./wire-values";

const shown = { salt: "salt", aliases: [["/clone", "(clone)"]] as const };
const secret = (value: unknown) => ({ [signatureKey]: secretSignature, value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const text = (wire: unknown) => visible(JSON.stringify(shownValue(wire, shown)));

describe("a value that a program sends", () => {
  it.each<[string, unknown, string]>([
    ["stays", { a: [1, "b", true, null] }, '{"a":[1,"b",true,null]}'],
    ["says when it isn't known", { id: unknown }, '{"id":"(known after deployment)"}'],
    ["reads the same in every clone", "/clone/app", '"(clone)/app"'],
    ["is hidden when it is a secret", secret("hunter2"), '"(secret)"'],
    ["is hidden whatever it is", { a: [secret({ password: "hunter2" })] }, '{"a":["(secret)"]}'],
    ["is hidden and unknown", secret(unknown), '"(secret, known after deployment)"'],
    ["shows names of variables", secret(["A=hunter2", "B=x"]), '["A=(secret)","B=(secret)"]'],
    ["shows them in lines, too", secret("A=hunter2\nB=x\n"), '"A=(secret)\\nB=(secret)\\n"'],
    ["shows no other line", secret("A=x\nhunter2"), '"A=(secret)"'],
    [
      "shows names of what is made of unknowns",
      secret(["A=(p.result, known after deployment)"]),
      '["A=(secret, known after deployment)"]',
    ],
  ])("%s", (_, wire, expected) => expect(text(wire)).toBe(expected));

  it("tells two secrets apart by salt only", () => {
    const of = (value: string, salt: string) =>
      JSON.stringify(shownValue(secret(value), { ...shown, salt }));
    expect(of("a", "1")).toBe(of("a", "1"));
    expect(of("a", "1")).not.toBe(of("b", "1"));
    expect(of("a", "1")).not.toBe(of("a", "2"));
  });
});
