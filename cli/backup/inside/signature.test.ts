// Against the examples that Amazon publishes with the method ("Signature Calculations for the Authorization Header").
import { encoded, hexHash, queryString, signedHeaders } from "./signature";

const login = {
  user: "AKIAIOSFODNN7EXAMPLE",
  password: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const then = new Date("2013-05-24T00:00:00.000Z");
const request = {
  method: "GET",
  host: "examplebucket.s3.amazonaws.com",
  path: "/",
  query: {},
  headers: {},
  sha256: hexHash(""),
};

describe("a signature", () => {
  it.each([
    [
      "of an object's request",
      { ...request, path: "/test.txt", headers: { range: "bytes=0-9" } },
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ],
    [
      "of a list's request",
      { ...request, query: { prefix: "J", "max-keys": "2" } },
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ],
  ])("%s is Amazon's own", (_what, signable, signature) => {
    const { authorization } = signedHeaders(signable, login, then);
    expect(authorization).toContain(`Signature=${signature}`);
    expect(authorization).not.toContain(login.password);
  });

  it("is over names as S3 encodes them", () => {
    expect(encoded("a key's (own) ~*!")).toBe("a%20key%27s%20%28own%29%20~%2A%21");
    expect(queryString({ prefix: "crème/", "list-type": "2" })).toBe(
      "list-type=2&prefix=cr%C3%A8me%2F",
    );
  });
});
