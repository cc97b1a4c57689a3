// Every secret of a stack, generated here and nowhere else. Which ones there are follows from the specs.
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type SecretRef, isSecretRef, referencesIn } from "./services/env-value";
import type { Catalogue } from "./services/catalogue";

export interface Credential {
  user: string;
  password: pulumi.Output<string>;
}

/** Users whose name isn't the last part of the credential's own name. */
const administrators: Record<string, string> = {
  "database-superuser": "postgres",
  "object-store-root": "administrator",
  "label-studio-admin": "admin@gourmetgram.example",
  "label-studio-annotator": "annotator@gourmetgram.example",
  "airflow-admin": "admin",
  "airflow-student": "student",
};

/** Credentials that software wants in a form of its own, made of the same letters and digits. */
const forms: Record<string, (password: string) => string> = {
  // A Fernet key is 32 bytes in URL-safe base64 (https://github.com/fernet/spec); these are 32 with 190 random bits.
  "airflow-fernet": (password) =>
    Buffer.from(password).toString("base64").replace(/\+/g, "-").replace(/\//g, "_"),
};

/** Names of the credentials that the catalogue refers to, sorted. */
export function credentialNames(catalogue: Catalogue): string[] {
  const references = catalogue
    .flatMap(({ env }) => Object.values(env).flatMap(referencesIn))
    .filter(isSecretRef);
  return [...new Set(references.map((reference) => parts(reference).name))].sort();
}

/** All credentials of a stack; a password is replaced by `pulumi up --replace` on its resource. */
export class Credentials extends pulumi.ComponentResource {
  private readonly byName: ReadonlyMap<string, Credential>;

  constructor(
    name: string,
    { catalogue }: { catalogue: Catalogue },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("feedback-loop:infra:Credentials", name, {}, opts);
    this.byName = new Map(
      credentialNames(catalogue).map((credential) => [
        credential,
        { user: userName(credential), password: password(credential, this) },
      ]),
    );
    this.registerOutputs();
  }

  /** The value that a spec refers to. */
  resolve(reference: SecretRef): pulumi.Input<string> {
    const { name, field } = parts(reference);
    const credential = this.byName.get(name);
    if (!credential) throw new Error(`no credential "${name}" in this stack`);
    return credential[field];
  }

  /**
   * Users and passwords by credential, wholly secret. Keys between services are among them, though
   * nobody logs in with those: all that was generated is in one place, to be looked up and checked for leaks.
   */
  output(): pulumi.Output<Record<string, { user: string; password: string }>> {
    return pulumi.secret(pulumi.output(Object.fromEntries(this.byName)));
  }
}

const userName = (credential: string) =>
  administrators[credential] ?? credential.replace(/^(database|object-store)-/, "");

/** Letters and digits only, so that no client, shell or URL needs to escape them: 32 of 62 are 190 bits. */
function password(credential: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { result } = new random.RandomPassword(
    credential,
    { length: 32, special: false },
    { parent },
  );
  const form = forms[credential];
  return form ? result.apply(form) : result;
}

function parts({ secret }: SecretRef): { name: string; field: "user" | "password" } {
  const dot = secret.lastIndexOf(".");
  return { name: secret.slice(0, dot), field: secret.slice(dot + 1) as "user" | "password" };
}
