// A login to an OpenStack project and its services, by their REST interfaces: what the commands and the gate need beside the
// deployment itself, which is Pulumi's.
import { homedir } from "node:os";
import { CloudError, type CloudPart } from "./cloud-error";
import { type Cloud, type Login, cloudIn, cloudsFile } from "./clouds-file";
import { type Answer, type Question, ask, refusalIn } from "./http";

export type ServiceName = "compute" | "network" | "volume" | "image" | "reservation";

/** By service: its types in the catalogue, and how its address becomes that of the version used here. */
const services: Readonly<
  Record<ServiceName, { types: readonly string[]; version: RegExp; path: string }>
> = {
  compute: { types: ["compute"], version: /\/v2(\.1)?(\/[0-9a-f-]+)?$/, path: "/v2.1" },
  network: { types: ["network"], version: /\/v2\.0$/, path: "/v2.0" },
  volume: { types: ["volumev3", "block-storage"], version: /\/v3\/[0-9a-f-]+$/, path: "" },
  image: { types: ["image"], version: /\/v2$/, path: "/v2" },
  reservation: { types: ["reservation"], version: /\/v1$/, path: "/v1" },
};

/** What Keystone tells with a token. */
interface Token {
  user: { id: string; name: string };
  project?: { id: string; name: string };
  catalog?: readonly Listed[];
}

interface Listed {
  type: string;
  endpoints: readonly { interface: string; region: string; url: string }[];
}

export class Session {
  readonly projectId: string;
  readonly projectName: string;
  readonly userId: string;
  readonly authType: Login["type"];

  private constructor(
    readonly cloud: Cloud,
    private readonly token: string,
    private readonly told: Token,
    project: { id: string; name: string },
  ) {
    this.projectId = project.id;
    this.projectName = project.name;
    this.userId = told.user.id;
    this.authType = cloud.login.type;
  }

  /** Logs in to a cloud of clouds.yaml. */
  static open(
    cloudName: string,
    env: NodeJS.ProcessEnv = process.env,
    cwd: string = process.cwd(),
  ): Promise<Session> {
    // As a rejection, whatever goes wrong.
    return Promise.resolve().then(() =>
      Session.login(cloudIn(cloudsFile(env, cwd, homedir()), cloudName)),
    );
  }

  static async login(cloud: Cloud): Promise<Session> {
    const question: Question = {
      part: "identity",
      method: "POST",
      url: `${cloud.identityUrl}/auth/tokens`,
      body: { auth: authOf(cloud.login) },
    };
    const answer = await ask(question, cloud);
    const token = answer.headers["x-subject-token"];
    if (answer.status !== 201 || typeof token !== "string") throw refusedLogin(cloud, answer);
    const told = (answer.body as { token: Token }).token;
    if (!told.project)
      throw new CloudError(
        `${cloud.file}: cloud ${cloud.name} logs in to no project: add auth.project_id`,
        "identity",
        answer.status,
      );
    return new Session(cloud, token, told, told.project);
  }

  get compute(): Service {
    return this.service("compute");
  }
  get network(): Service {
    return this.service("network");
  }
  get volume(): Service {
    return this.service("volume");
  }
  get image(): Service {
    return this.service("image");
  }
  /** Blazar. */
  get reservation(): Service {
    return this.service("reservation");
  }

  /** Whether the cloud has the service at all. */
  has(name: ServiceName): boolean {
    return this.addressOf(name) !== undefined;
  }

  private service(name: ServiceName): Service {
    const address = this.addressOf(name);
    const { region } = this.cloud;
    if (address === undefined)
      throw new CloudError(
        `the cloud ${this.cloud.name} has no ${name} service${region && ` in its region ${region}`}: ` +
          `check region_name and interface in ${this.cloud.file}`,
        name,
      );
    return new Service(name, address, this.token, this.cloud);
  }

  private addressOf(name: ServiceName): string | undefined {
    const { types, version, path } = services[name];
    const { region, interface: wanted } = this.cloud;
    const endpoints = (this.told.catalog ?? [])
      .filter(({ type }) => types.includes(type))
      .flatMap((listed) => listed.endpoints)
      .filter((endpoint) => endpoint.interface === wanted)
      .filter((endpoint) => region === "" || endpoint.region === region);
    const url = endpoints[0]?.url.replace(/\/+$/, "");
    return url === undefined || version.test(url) ? url : `${url}${path}`;
  }
}

/** Keystone's request for a token. */
function authOf(login: Login): unknown {
  switch (login.type) {
    case "password": {
      const user = { ...login.user, password: login.password };
      return {
        identity: { methods: ["password"], password: { user } },
        scope: { project: login.project },
      };
    }
    case "application credential": {
      const { id, name, user, secret } = login;
      const given = id === undefined ? { name, user, secret } : { id, secret };
      return { identity: { methods: ["application_credential"], application_credential: given } };
    }
    case "token":
      return {
        identity: { methods: ["token"], token: { id: login.token } },
        ...(login.project && { scope: { project: login.project } }),
      };
    default:
      return login satisfies never;
  }
}

const loginAdvice: Readonly<Record<Login["type"], string>> = {
  "application credential":
    "it is mistyped, expired or deleted: make a new one in the cloud's web interface (Identity > Application Credentials)",
  password: "check user, password, domain and project",
  token: "it has expired: get a new one, or use an application credential",
};

function refusedLogin({ name, file, login }: Cloud, { status, body }: Answer): CloudError {
  const said = refusalIn(body);
  return new CloudError(
    status === 401
      ? `the cloud refuses the ${login.type} of ${name} in ${file}: ${loginAdvice[login.type]}`
      : `the login to cloud ${name} (${file}) failed with status ${status}${said && `: ${said}`}; ` +
          "is auth_url the address of its identity service?",
    "identity",
    status,
  );
}

/** One service of a cloud. Paths are those of its REST interface, behind the version. */
export class Service {
  constructor(
    readonly name: ServiceName,
    private readonly address: string,
    private readonly token: string,
    private readonly cloud: Cloud,
  ) {}

  get<Body>(path: string): Promise<Body> {
    return this.ask<Body>("GET", path);
  }

  post<Body>(path: string, body: unknown): Promise<Body> {
    return this.ask<Body>("POST", path, body);
  }

  put<Body>(path: string, body: unknown): Promise<Body> {
    return this.ask<Body>("PUT", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.ask("DELETE", path);
  }

  /** All of a list, however many pages the service makes of it. */
  async list<Entry>(path: string, key: string): Promise<Entry[]> {
    const found: Entry[] = [];
    let next: string | undefined = path;
    while (next !== undefined) {
      const page: Record<string, unknown> = await this.get<Record<string, unknown>>(next);
      found.push(...((page[key] ?? []) as Entry[]));
      next = this.pageAfter(page, key, path);
    }
    return found;
  }

  /** Nova, Neutron and Cinder link to the next page with the whole address, which a proxy in front may not know by. */
  private pageAfter(page: Record<string, unknown>, key: string, path: string): string | undefined {
    const links = (page[`${key}_links`] ?? []) as { rel: string; href: string }[];
    const href = links.find(({ rel }) => rel === "next")?.href;
    return href === undefined
      ? undefined
      : `${path.split("?")[0]}${new URL(href, this.address).search}`;
  }

  private async ask<Body>(method: Question["method"], path: string, body?: unknown): Promise<Body> {
    const url = `${this.address}${path}`;
    const question = { part: this.name, method, url, token: this.token, body } as const;
    const answer = await ask(question, this.cloud);
    if (answer.status < 200 || answer.status > 299) throw refused(question, answer);
    return answer.body as Body;
  }
}

/** What to do about a refusal, where its status tells. */
const advice: Readonly<Record<number, string>> = {
  401: "the login has expired meanwhile: try again",
  403: "the login may not do that: a quota is reached, or its role in the project doesn't allow it",
  413: "a quota is reached: remove what nobody needs, or ask for more",
  429: "too many requests: try again in a minute",
  503: "the service is down: try again later",
};

function refused(
  { part, method, url }: Question & { part: CloudPart },
  { status, body }: Answer,
): CloudError {
  const said = refusalIn(body);
  const what = `the cloud's ${part} service refused ${method} ${new URL(url).pathname} with status ${status}`;
  return new CloudError(
    [what, said, advice[status] ?? ""].filter((words) => words !== "").join(": "),
    part,
    status,
  );
}
