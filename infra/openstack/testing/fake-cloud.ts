// For tests: a server that speaks as much of OpenStack's REST as the client asks for, from plain lists.
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "../session";

export interface Asked {
  method: string;
  /** With the query. */
  path: string;
  token: string | undefined;
  body: unknown;
}

/** What a test lets the cloud answer; undefined: 404. */
export type Reply = { status?: number; body?: unknown } | undefined;

export class FakeCloud {
  readonly asked: Asked[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), "fake-cloud-"));

  private constructor(
    private readonly server: Server,
    private readonly url: string,
  ) {}

  static async start(reply: (asked: Asked) => Reply): Promise<FakeCloud> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cloud = new FakeCloud(server, url);
    server.on("request", (request, response) => void cloud.answer(request, response, reply));
    return cloud;
  }

  /** The variables under which clouds.yaml is found. */
  get env(): NodeJS.ProcessEnv {
    const file = join(this.folder, "clouds.yaml");
    const auth = `{auth_url: "${this.url}/identity", application_credential_id: one, application_credential_secret: right}`;
    writeFileSync(
      file,
      `clouds:
  fake: {region_name: one, auth_type: v3applicationcredential, auth: ${auth}}
  wrong: {auth_type: v3applicationcredential, auth: ${auth.replace("right", "wrong")}}
  elsewhere: {region_name: two, auth: ${auth}}
`,
    );
    return { OS_CLIENT_CONFIG_FILE: file };
  }

  open = (cloud = "fake"): Promise<Session> => Session.open(cloud, this.env, this.folder);

  /** Method and path of what was asked, without the login. */
  get questions(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  async dispose(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    reply: (asked: Asked) => Reply,
  ): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { method = "", url: path = "", headers } = request;
    const asked = {
      method,
      path,
      token: headers["x-auth-token"] as string | undefined,
      body: text === "" ? undefined : (JSON.parse(text) as unknown),
    };
    if (path === "/identity/v3/auth/tokens") return this.login(response, text);
    this.asked.push(asked);
    const { status = 200, body } = reply(asked) ?? {
      status: 404,
      body: { itemNotFound: { message: "not here", code: 404 } },
    };
    response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
  }

  private login(response: ServerResponse, text: string): void {
    if (!text.includes('"right"')) {
      response.writeHead(401).end(JSON.stringify({ error: { message: "no", code: 401 } }));
      return;
    }
    const at = (path: string) => [
      { interface: "internal", region: "one", url: "http://127.0.0.1:1" },
      { interface: "public", region: "one", url: `${this.url}${path}` },
    ];
    response.writeHead(201, { "x-subject-token": "the-token" }).end(
      JSON.stringify({
        token: {
          user: { id: "user-id", name: "someone" },
          project: { id: "p1", name: "course" },
          catalog: [
            { type: "compute", endpoints: at("/compute/v2.1") },
            { type: "network", endpoints: at("/network") },
            { type: "volumev3", endpoints: at("/volume/v3/p1") },
            { type: "image", endpoints: at("/image") },
            { type: "reservation", endpoints: at("/reservation/v1") },
          ],
        },
      }),
    );
  }
}
