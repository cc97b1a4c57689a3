import { type RegistryConfig, answerOf, isInsecure, registryProblem } from "./registry";

const image = "registry.example.org:5000/own/frontend:0123456789abcdef";
const failed = (stderr: string) => answerOf(image, { exitCode: 1, stderr });

describe("what a registry answers", () => {
  it("is that it has the image, or hasn't", () => {
    expect(answerOf(image, { exitCode: 0, stderr: "" })).toEqual({ kind: "there" });
    expect(failed(`no such manifest: ${image}`)).toEqual({ kind: "missing" });
  });

  // As clients 20.10 and 28 and registry 2.8 say it.
  it.each([
    [
      `Get "https://registry.example.org:5000/v2/own/frontend/manifests/1": no basic auth credentials`,
      "docker login registry.example.org:5000",
    ],
    ["denied: requested access to the resource is denied", "refuses registry.example.org"],
    [
      "http: server gave HTTP response to HTTPS client",
      "trusts on loopback only: give it TLS, or name it",
    ],
    [
      "x509: certificate signed by unknown authority",
      "/etc/docker/certs.d/registry.example.org:5000/ca.crt",
    ],
    ["dial tcp 10.0.0.5:5000: connect: connection refused", "is it up, and is its name right?"],
    ["", "(no answer)"],
  ])("may be nothing of use: %j", (stderr, words) => {
    expect(registryProblem(image, stderr)).toContain(words);
    expect(failed(stderr)).toEqual({ kind: "problem", words: registryProblem(image, stderr) });
  });
});

describe("a registry without TLS", () => {
  const config: RegistryConfig = {
    InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8", "10.1.0.0/16"],
    IndexConfigs: {
      "docker.io": { Secure: true },
      "registry.lan:5000": { Secure: false },
    },
  };

  it.each(["127.0.0.1:5055", "localhost:5055", "10.1.2.3", "registry.lan:5000"])(
    "is trusted where the engine trusts it: %s",
    (host) => expect(isInsecure(host, config)).toBe(true),
  );

  it.each(["docker.io", "registry.example.org", "10.2.0.1:5000", "registry.lan"])(
    "is trusted nowhere else: %s",
    (host) => expect(isInsecure(host, config)).toBe(false),
  );

  it("is trusted by no engine that doesn't answer", () =>
    expect(isInsecure("127.0.0.1:5000", {})).toBe(false));
});
