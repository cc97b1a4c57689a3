// What is on a sheet, whatever it is written in: a pure function of what the stack is and has.
import type { EndpointName, TlsMode } from "../../infra/config";
import type { Spec } from "../../infra/services/catalogue";
import type { Login, Role, ServiceSpec } from "../../infra/services/service-spec";
import type { Endpoints } from "../setup/stack";
import { type Step, nextSteps } from "./next-steps";

export type Credentials = Record<string, { user: string; password: string }>;

export interface SheetSources {
  stack: string;
  specs: readonly Spec[];
  /** The same without what is opened for administrators only. */
  specsOfStudents: readonly Spec[];
  tls: TlsMode;
  endpoints: Endpoints;
  credentials: Credentials;
  /** When the machine goes, ISO 8601, where that is known. */
  expiresAt?: string;
}

export interface SheetLogin {
  /** Left out where a page asks for the password or token only. */
  user?: string;
  password: string;
  may: string;
}

export interface SheetService {
  title: string;
  /** What it is for. */
  purpose: string;
  url: string;
  logins: SheetLogin[];
}

export interface Sheet {
  stack: string;
  role: Role;
  services: SheetService[];
  nextSteps: Step[];
  /** How to make a browser trust the stack's own authority, where it has one. */
  trust: string[];
  expiresAt?: string;
}

export function sheetFor(role: Role, sources: SheetSources): Sheet {
  const { stack, endpoints, expiresAt } = sources;
  const specs = role === "student" ? sources.specsOfStudents : sources.specs;
  const services = servicesOf(specs)
    .filter((spec) => role === "administrator" || isForStudents(spec))
    .flatMap((spec) => openEndpoints(spec).map((endpoint) => ({ spec, endpoint })))
    .filter(({ endpoint }) => endpoint in endpoints)
    .map(({ spec, endpoint }) => sheetService(role, spec, endpoint, sources));
  return {
    stack,
    role,
    services,
    nextSteps: nextSteps(role, endpoints),
    trust: sources.tls === "internal" ? howToTrust(role, stack) : [],
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

const servicesOf = (specs: readonly Spec[]) =>
  specs.filter((spec): spec is ServiceSpec => spec.kind === "service");

/** Where only administrators log in there is nothing for students to see. */
const isForStudents = ({ logins = [] }: ServiceSpec) =>
  logins.length === 0 || logins.some(({ role }) => role === "student");

const openEndpoints = ({ ports }: ServiceSpec): EndpointName[] =>
  ports.filter(({ open }) => open === "students").map(({ name }) => name);

function sheetService(
  role: Role,
  spec: ServiceSpec,
  endpoint: EndpointName,
  { endpoints, credentials }: SheetSources,
): SheetService {
  const [title = "", ...purpose] = spec.summary.split(": ");
  return {
    title,
    purpose: purpose.join(": "),
    url: endpoints[endpoint]!.url,
    logins: (spec.logins ?? [])
      .filter((login) => login.role === role)
      .map((login) => sheetLogin(login, credentials)),
  };
}

function sheetLogin({ credential, may, passwordOnly }: Login, credentials: Credentials) {
  const { user, password } = credentials[credential]!;
  return { ...(!passwordOnly && { user }), password, may };
}

function howToTrust(role: Role, stack: string): string[] {
  const file =
    role === "administrator"
      ? `Write the certificate of this stack's own authority to a file: npm run ca -- -s ${stack} --out ca.crt`
      : "Until your browser knows the authority of these addresses it warns of them. Ask whoever gave you this sheet for the file ca.crt.";
  return [
    file,
    "Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import; tick “identify websites”.",
    "Chrome and Edge on Linux: Settings, Privacy and security, Security, Manage certificates, Authorities, Import.",
    "macOS: open the file, add it to the keychain “login”, then open it there and set Trust to “Always trust”.",
    "Windows: open the file, Install certificate, Current user, “Trusted Root Certification Authorities”.",
    "Take it out again when the course is over.",
  ];
}
