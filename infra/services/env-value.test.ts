import { hostAddress, json, publicUrl, referencesIn, secret, textOf, url } from "./env-value";

const show = (reference: object) => `<${Object.values(reference).join()}>`;

describe("a value of the environment", () => {
  it.each([
    ["text", "text"],
    [5, "5"],
    [secret("a.password"), "<a.password>"],
    [url("inference"), "<inference>"],
    [publicUrl("airflow"), "<airflow>"],
    [hostAddress(), "<true>"],
    [
      json({
        host: "postgres",
        login: { password: secret("a.password") },
        list: [url("b"), 1, null],
      }),
      '{"host":"postgres","login":{"password":"<a.password>"},"list":["<b>",1,null]}',
    ],
  ])("%j becomes text once its references are known", (value, text) => {
    expect(textOf(value, show)).toBe(text);
  });

  it("tells its references, however deep they are", () => {
    const value = json({ a: [{ b: secret("x.user") }], c: publicUrl("portal"), url: { port: 1 } });
    expect(referencesIn(value)).toEqual([secret("x.user"), publicUrl("portal")]);
    expect(referencesIn("plain")).toEqual([]);
  });

  it("escapes what would end a JSON text", () => {
    expect(textOf(json({ p: secret("a.password") }), () => '"quote\\')).toBe(
      '{"p":"\\"quote\\\\"}',
    );
  });
});
