import type { Catalogue } from "../../infra/services/catalogue";
import { json, secret, url } from "../../infra/services/env-value";
import { jobsIn, usersOfStores } from "./services";

describe("the services of a stack", () => {
  it("stop for a restoration when they use a store, or when nothing is known of them", () => {
    const specs = [
      { name: "frontend", env: { PORT: 5000, STORE: secret("object-store-frontend.password") } },
      { name: "airflow", env: { DATABASE: json({ login: secret("database-airflow.user") }) } },
      {
        name: "gateway",
        env: { UPSTREAM: url("minio"), KEY: secret("frontend-session.password") },
      },
      { name: "minio", env: { PASSWORD: secret("object-store-root.password") } },
      { name: "postgres", env: { PASSWORD: secret("database-superuser.password") } },
    ] as unknown as Catalogue;
    const running = [...specs.map(({ name }) => name), "of-a-later-revision"];
    expect(usersOfStores(running, specs)).toEqual(["frontend", "airflow", "of-a-later-revision"]);
  });
});

describe("the jobs in a state", () => {
  const secret = (value: unknown) => ({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(value),
  });
  const resource = (type: string, name: string, inputs: unknown) => ({
    urn: `urn:pulumi:local::feedback-loop::feedback-loop:runtime:Deployment$${type}::${name}`,
    type: type.split("$").at(-1),
    inputs,
  });
  const exported = JSON.stringify({
    deployment: {
      resources: [
        resource("feedback-loop:runtime:DockerJob$command:local:Command", "provision", {
          create: "docker create …",
          stdin: secret("PASSWORD=x\n"),
          environment: { DOCKER_HOST: "unix:///var/run/docker.sock" },
          triggers: ["1"],
        }),
        resource("feedback-loop:runtime:DockerJob$command:local:Command", "airflow-migrate", {
          create: secret("ssh …"),
        }),
        resource("feedback-loop:host:SshEngine$command:local:Command", "host-gate", {
          create: "ssh …",
        }),
        resource(
          "feedback-loop:runtime:DockerService$docker:index/container:Container",
          "minio",
          {},
        ),
      ],
    },
  });

  it("are found with their script and their secrets, and no other command is", () => {
    expect([...jobsIn(exported)]).toEqual([
      [
        "provision",
        {
          create: "docker create …",
          stdin: "PASSWORD=x\n",
          environment: { DOCKER_HOST: "unix:///var/run/docker.sock" },
        },
      ],
      ["airflow-migrate", { create: "ssh …", stdin: "", environment: {} }],
    ]);
  });
});
