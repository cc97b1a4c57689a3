import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WrongChecksum, checksumOf, download } from "./download";

const content = "a tool";
const hash = (algorithm: string) => createHash(algorithm).update(content).digest("hex");

describe("a checked download", () => {
  let server: Server;
  let folder: string;
  const answers: Record<string, string> = {
    "/tool.tar.gz": content,
    "/sha256.txt": `${"0".repeat(64)}  other.tar.gz\n${hash("sha256")}  tool.tar.gz\n`,
    "/sha512.txt": `${hash("sha512")} *tool.tar.gz\n`,
    "/wrong.txt": `${"0".repeat(64)}  tool.tar.gz\n`,
    "/without.txt": `${hash("sha256")}  other.tar.gz\n`,
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "download-"));
    server = createServer(({ url = "" }, response) => {
      if (url === "/silent") return;
      const answer = answers[url];
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  const fetchTool = (checksums: string, path = "tool.tar.gz") => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return download(join(folder, "tool"), {
      url: `${base}/${path}`,
      checksumsUrl: `${base}/${checksums}`,
      connectTimeoutSeconds: 0.3,
      timeoutSeconds: 5,
    });
  };

  it.each(["sha256.txt", "sha512.txt"])("is kept when it is what %s says", async (checksums) => {
    await fetchTool(checksums);
    expect(readFileSync(join(folder, "tool"), "utf8")).toBe(content);
  });

  it("is refused when it isn't what was published, or nothing was", async () => {
    await expect(fetchTool("wrong.txt")).rejects.toThrow(WrongChecksum);
    await expect(fetchTool("without.txt")).rejects.toThrow(/has no checksum for tool.tar.gz/);
  });

  it("fails in its own time when the server is silent or has no such file", async () => {
    await expect(fetchTool("silent")).rejects.toThrow(/abort/);
    await expect(fetchTool("missing.txt")).rejects.toThrow(/answers 404/);
  });
});

it("reads no hash from a line that only looks like one", () => {
  expect(checksumOf("tool", `${"g".repeat(64)}  tool\n${"0".repeat(40)}  tool`)).toBeUndefined();
});
