// What it means to give each credential of a stack a new value: how it reaches who uses it, and what it costs. The table in
// docs/operations.md is made of this.

export interface Rotation {
  /** Name of the credential; `*` at its end stands for the rest of several names. */
  credential: string;
  /** How the new value gets to all that use it. */
  how: string;
  /** What people notice. */
  costs: string;
  /** Why it isn't among those of `--all`: it costs somebody more than a new login. */
  onlyByName?: string;
}

const restart = "its services restart, some seconds each";

/** The first that fits a name counts. */
export const rotations: readonly Rotation[] = [
  {
    credential: "database-superuser",
    how: "PostgreSQL sets it at its start, before it takes connections",
    costs: "PostgreSQL restarts; what is saved meanwhile waits in the outbox",
  },
  {
    credential: "database-*",
    how: "job `provision` sets it in PostgreSQL, then the services that log in with it start anew",
    costs: restart,
  },
  {
    credential: "object-store-root",
    how: "MinIO takes it at its start",
    costs: "MinIO restarts; what is saved meanwhile waits in the outbox",
  },
  {
    credential: "object-store-*",
    how: "job `provision` sets it in MinIO, then the services that log in with it start anew",
    costs: restart,
  },
  {
    credential: "inference-internal",
    how: "both services that know it start anew",
    costs: "no predictions for some seconds",
  },
  {
    credential: "frontend-session",
    how: "the frontend starts anew",
    costs: "every uploader is a stranger: no history, no feedback on photos sent before",
    onlyByName: "what people sent is no longer theirs to them, and nothing brings that back",
  },
  {
    credential: "label-studio-token",
    how: "Label Studio sets it at its start; Airflow starts anew with it",
    costs: "programs of people's own that use the API need the new one",
  },
  {
    credential: "label-studio-secret-key",
    how: "Label Studio starts anew",
    costs: "whoever is logged in logs in again",
  },
  {
    credential: "label-studio-*",
    how: "Label Studio sets the user's password at its start",
    costs: "people need the new password",
  },
  {
    credential: "airflow-fernet",
    how: "Airflow starts anew",
    costs:
      "connections and variables that people stored in Airflow can't be read any more; the loop's own come from the environment",
    onlyByName: "it makes data unreadable",
  },
  {
    credential: "airflow-jwt",
    how: "all parts of Airflow start anew",
    costs: "programs that use the API log in again; tasks under way are tried again",
  },
  {
    credential: "airflow-secret-key",
    how: "Airflow starts anew",
    costs: "whoever is logged in logs in again",
  },
  {
    credential: "airflow-*",
    how: "job `airflow-migrate` sets the user's password",
    costs: "people need the new password",
  },
  {
    credential: "jupyter-token",
    how: "Jupyter starts anew",
    costs: "people need the new token; notebooks that run are stopped, files stay",
  },
];

/** What is known of a credential; undefined for one that nobody wrote about. */
export const rotationOf = (credential: string): Rotation | undefined =>
  rotations.find(({ credential: pattern }) => fits(credential, pattern));

const fits = (credential: string, pattern: string): boolean =>
  pattern.endsWith("*") ? credential.startsWith(pattern.slice(0, -1)) : credential === pattern;

/** Whether `--all` means it. */
export const isInAll = (credential: string): boolean => {
  const rotation = rotationOf(credential);
  return rotation !== undefined && rotation.onlyByName === undefined;
};

/** The table of the documentation. */
export const rotationTable = (): string =>
  [
    "| credential | how the new value gets there | what people notice | `--all` |",
    "|---|---|---|---|",
    ...rotations.map(
      ({ credential, how, costs, onlyByName }) =>
        `| \`${credential}\` | ${how} | ${costs} | ${onlyByName ? `no: ${onlyByName}` : "yes"} |`,
    ),
  ].join("\n");
