// The gateway's own image, with its limits and networks like a stack's, before small services: what gets through it, how,
// and what it says where nothing does.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { run, succeed } from "../cli/processes";
import { tlsModes } from "../infra/config";
import { docker, inspect } from "./support/docker";
import { eventually } from "./support/eventually";
import { type GatewayContainer, ToyStack } from "./support/gateway-container";
import { ask, askForJson } from "./support/http-client";

interface Echo {
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
}

const mebibyte = 2 ** 20;

let stack: ToyStack;
let plain: GatewayContainer;
let secure: GatewayContainer;
let ca: string;

beforeAll(async () => {
  stack = await ToyStack.create();
  plain = await stack.startGateway({ tls: "off" });
  secure = await stack.startGateway({ tls: "internal" });
  ca = await secure.authority();
}, 900_000);
afterAll(() => stack?.dispose(), 120_000);

it.each(tlsModes)("understands its configuration, tls: %s", async (tls) => {
  expect(await stack.check(tls, "loop.example.org")).toMatchObject({ exitCode: 0 });
});

describe("a request", () => {
  it("goes to the service of its port, as it was sent", async () => {
    const path = "/a%2Fb//c/../%20+?x=1&y=%2B";
    const echo = await askForJson<Echo>(plain.url("frontend"), path, { method: "PUT", body: "x" });
    expect(echo).toMatchObject({ name: "page", method: "PUT", url: path });
    const other = await askForJson<Echo>(secure.url("jupyter"), "/", { ca });
    expect(other).toMatchObject({ name: "notebook", method: "GET", url: "/" });
  });

  it("keeps its host and port, by which object stores check signatures, and says who asks and how", async () => {
    const claims = { "x-forwarded-for": "198.51.100.9", "x-forwarded-proto": "ftp" };
    const { headers } = await askForJson<Echo>(secure.url("frontend"), "/", {
      ca,
      headers: claims,
    });
    const host = `127.0.0.1:${secure.ports.frontend}`;
    expect(headers).toMatchObject({
      host,
      "x-forwarded-host": host,
      "x-forwarded-proto": "https",
      "x-forwarded-for": expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/) as string,
    });
    expect(headers["x-forwarded-for"]).not.toBe(claims["x-forwarded-for"]);
    expect(headers).not.toHaveProperty("via");
  });

  it("is answered with the service's headers, and no word about what is in between", async () => {
    const { headers } = await ask(secure.url("frontend"), "/", { ca });
    expect(headers).toMatchObject({
      "x-frame-options": "DENY",
      "content-type": "application/json",
    });
    for (const name of ["server", "via", "strict-transport-security", "alt-svc"])
      expect(headers).not.toHaveProperty(name);
  });

  it("is answered while the service still writes", async () => {
    const response = await fetch(`${plain.url("frontend")}/events`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const asked = Date.now();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value)).toBe("data: first\n\n");
    const second = await reader.read();
    expect(new TextDecoder().decode(second.value)).toBe("data: second\n\n");
    expect(Date.now() - asked).toBeGreaterThan(2000);
  });

  it("is refused with headers larger than any service's", async () => {
    const headers = { cookie: "c".repeat(64 * 1024) };
    expect(await ask(plain.url("frontend"), "/", { headers })).toMatchObject({ status: 431 });
  });
});

describe("TLS", () => {
  it("is what plain HTTP is led to, at the same host, port and path", async () => {
    const url = `http://127.0.0.1:${secure.ports.frontend}`;
    const answer = await ask(url, "/lab/tree?x=1");
    expect(answer.status).toBe(308);
    expect(answer.headers.location).toBe(`${secure.url("frontend")}/lab/tree?x=1`);
  });

  it("has certificates for the host's address and for localhost, and for no other name", async () => {
    const names = ["127.0.0.1", "localhost"];
    for (const host of names)
      expect(await ask(secure.url("frontend", host), "/", { ca })).toMatchObject({ status: 200 });
    await expect(ask(secure.url("frontend"), "/")).rejects.toThrow(/certificate|issuer/);
    const asked = connectTls({
      host: "127.0.0.1",
      port: secure.ports.frontend,
      servername: "other.example",
      ca,
    });
    const error = await new Promise<Error>((resolve) => asked.once("error", resolve));
    expect(error.message).toMatch(/does not match|altnames/i);
  });

  it("has an authority that can't certify anything else, whoever has its key", async () => {
    const folder = mkdtempSync(join(tmpdir(), "feedback-loop-test-"));
    try {
      const key = await docker("exec", secure.name, "cat", "/data/authority/root.key");
      writeFileSync(join(folder, "root.crt"), ca);
      writeFileSync(join(folder, "root.key"), key, { mode: 0o600 });
      const verdict = async (names: string) => {
        const leaf = join(folder, "leaf.crt");
        const authority = ["-CA", join(folder, "root.crt"), "-CAkey", join(folder, "root.key")];
        const wanted = ["-subj", "/CN=leaf", "-addext", `subjectAltName=${names}`, "-days", "1"];
        const keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
        const out = ["-keyout", join(folder, "leaf.key"), "-out", leaf];
        await succeed("openssl", ["req", "-x509", ...keys, ...wanted, ...authority, ...out]);
        const verify = ["verify", "-CAfile", join(folder, "root.crt"), leaf];
        return (await run("openssl", verify)).exitCode === 0;
      };
      expect(await verdict("IP:127.0.0.1,DNS:localhost")).toBe(true);
      expect(await verdict("DNS:bank.example")).toBe(false);
      expect(await verdict("IP:192.0.2.1")).toBe(false);
      expect(await verdict("IP:::1")).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);

  it("keeps its authority over a restart and another container, as long as its names are the same", async () => {
    const first = await stack.startGateway({ tls: "internal" });
    const authority = await first.authority();
    await docker("restart", first.name);
    expect(await first.authority()).toBe(authority);
    const { volume } = first;
    await first.remove();
    const second = await stack.startGateway({ tls: "internal", volume });
    expect(await second.authority()).toBe(authority);
    expect(await ask(second.url("frontend"), "/", { ca: authority })).toMatchObject({
      status: 200,
    });
    await second.remove();
    const moved = await stack.startGateway({
      tls: "internal",
      volume,
      address: "loop.example.org",
    });
    const newAuthority = await moved.authority();
    expect(newAuthority).not.toBe(authority);
    const answer = await ask(moved.url("frontend", "localhost"), "/", { ca: newAuthority });
    expect(answer.status).toBe(200);
    await moved.remove();
  }, 120_000);
});

describe("a service that is down", () => {
  beforeAll(() => stack.removeToy("labelStudio"));
  afterAll(() => stack.startToy("labelStudio"));

  it("is named at once, to a program", async () => {
    const started = Date.now();
    const answer = await ask(secure.url("labelStudio"), "/", { ca });
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "retry-after": "5", "cache-control": "no-store" });
    expect(answer.headers).not.toHaveProperty("server");
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 503,
      code: "service-unreachable",
      message: expect.stringContaining("Toy labels can't be reached") as string,
    });
    expect(await ask(secure.url("frontend"), "/", { ca })).toMatchObject({ status: 200 });
  });

  it("is named to a person, on a page that tries again by itself unless something was sent", async () => {
    const headers = { accept: "text/html,*/*" };
    const page = await ask(plain.url("labelStudio"), "/", { headers });
    expect(page.status).toBe(503);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.body).toContain("<h1>Toy labels can&#39;t be reached just now.");
    expect(page.body).toContain("<script>");
    const sent = await ask(plain.url("labelStudio"), "/", { headers, method: "POST", body: "x" });
    expect(sent.body).toContain("<h1>Toy labels");
    expect(sent.body).not.toContain("<script>");
  });

  it("lets a client that sends much read the answer", async () => {
    const body = randomBytes(30 * mebibyte);
    const question = { method: "POST", body, ca };
    expect(await ask(secure.url("labelStudio"), "/upload", question)).toMatchObject({
      status: 503,
    });
  }, 60_000);

  it("leaves no address in the log, which may carry a token", async () => {
    await ask(plain.url("labelStudio"), "/lab?token=SECRET-OF-TEST");
    const log = await plain.log();
    expect(log).toContain('"service":"Toy labels"');
    expect(log).not.toContain("SECRET-OF-TEST");
  });
});

it("asks once what can't be asked twice", async () => {
  const body = "x".repeat(100_000);
  const answer = await ask(plain.url("frontend"), "/breaks", { method: "POST", body });
  expect(answer.status).toBe(503);
  expect(await askForJson(plain.url("frontend"), "/broken")).toEqual({ broken: 1 });
});

it("finds a service again that was made anew, at another address", async () => {
  const before = await addressOf(stack.toyContainer("labelStudio"));
  await eventually(() => askForJson(plain.url("labelStudio"), "/"));
  await stack.removeToy("labelStudio");
  const other = ["--network", stack.network("web"), "--name", stack.name("takes-the-address")];
  const { Image } = await inspect(stack.toyContainer("frontend"));
  await docker("run", "--detach", ...other, Image, "sleep", "600");
  await stack.startToy("labelStudio");
  expect(await addressOf(stack.toyContainer("labelStudio"))).not.toBe(before);
  await eventually(() => askForJson(plain.url("labelStudio"), "/"), { withinSeconds: 15 });
}, 60_000);

const addressOf = (container: string) =>
  docker(
    "inspect",
    "--format",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
    container,
  );

describe("other containers", () => {
  /** What a program in a toy's container gets from the gateway. */
  const from = async (endpoint: "frontend" | "jupyter", url: string) => {
    const program = `fetch(${JSON.stringify(url)}, { signal: AbortSignal.timeout(5000) })
      .then(async (answer) => console.log(answer.status, await answer.text()), (error) => console.log(error.cause?.code ?? error.name))`;
    return (await docker("exec", stack.toyContainer(endpoint), "node", "--eval", program)).trim();
  };
  /** `gateway` is the name of both, so ask by address. */
  const on = async (network: "web" | "notebook-web" | "edge") =>
    docker(
      "inspect",
      "--format",
      `{{(index .NetworkSettings.Networks "${stack.network(network)}").IPAddress}}`,
      plain.name,
    ).then((address) => address.trim());

  it("ask on network web for the health of services, which are asked in their own name", async () => {
    const probes = `http://${await on("web")}:8099`;
    expect(await from("frontend", `${probes}/health/frontend`)).toBe('200 {"host":"page:5001"}');
    expect(await from("frontend", `${probes}/health/jupyter`)).toMatch(/^200 /);
    expect(await from("frontend", `${probes}/health/postgres`)).toMatch(/^404 /);
    expect(await from("frontend", `${probes}/livez`)).toBe("200 ok");
    await docker("stop", "--time", "1", stack.toyContainer("jupyter"));
    await eventually(async () =>
      expect(await from("frontend", `${probes}/health/jupyter`)).toMatch(/^503 .*Toy notebook/),
    );
    await docker("start", stack.toyContainer("jupyter"));
    await eventually(async () =>
      expect(await from("frontend", `${probes}/health/jupyter`)).toMatch(/^200 /),
    );
  }, 120_000);

  it("reach nothing else: notebooks neither people's ports nor the probes", async () => {
    const closed = "ECONNREFUSED";
    for (const port of [8099, ...Object.values(plain.ports)])
      expect(await from("jupyter", `http://${await on("notebook-web")}:${port}/`)).toBe(closed);
    for (const port of Object.values(plain.ports))
      expect(await from("frontend", `http://${await on("web")}:${port}/`)).toBe(closed);
    // There is no way from one network to another's address.
    expect(
      await from("jupyter", `http://${await on("edge")}:${plain.ports.frontend}/`),
    ).not.toMatch(/^\d/);
  }, 60_000);
});
