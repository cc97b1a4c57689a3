import { Progress, changesOf } from "./progress";

describe("Pulumi's progress", () => {
  it("is boiled down to what people know by name", () => {
    const progress = new Progress();
    const told = [
      "Updating (local):",
      " +  docker:index:RemoteImage minio creating (0s) ",
      " +  random:index:RandomPassword object-store-root created (0.1s) ",
      " +  feedback-loop:runtime:DockerJob provision creating (0s) ",
      "    docker:index:Volume outbox ",
      "    pulumi:pulumi:Stack feedback-loop-local running ",
      " ~  docker:index:RemoteImage minio refresh ",
      " +- docker:index:RemoteImage minio deleting original (0s) ",
      " +  docker:index:RemoteImage minio created (159s) ",
      " ~  docker:index:Container minio refresh (0.3s) [diff: ~healthcheck]",
      " +  command:local:Command provision created (8s) provision: 3 users",
      " -  docker:index:Volume outbox deleted (0.01s) [retain]",
      " +  command:local:Command frontend-ready creating (0s) ",
      " +  command:local:Command frontend-ready created (3s) ",
      " +  openstack:networking:SecGroupRule server-frontend-0 created (0.4s) ",
      " +  openstack:compute:Instance server created (61s) ",
      "    41 unchanged",
      "    3 changes. 38 unchanged",
      "    + 41 created",
      "Duration: 3m22s",
      "    pulumi:pulumi:Stack feedback-loop-local running warning: the lease ends soon",
      "    pulumi:pulumi:Stack feedback-loop-local  2 warnings",
      "    warning: provider config warning: Users not using loadbalancer resources can ignore this message.",
      "    warning: the lease ends soon",
      "error: something else",
    ].map((line) => progress.read(line));
    expect(told.filter((line) => line !== undefined)).toEqual([
      "image minio created (159s)",
      "job provision created provision: 3 users (8s)",
      "volume outbox kept (0.01s)",
      "health of frontend good (3s)",
      "server server created (61s)",
      "    warning: the lease ends soon",
      "error: something else",
    ]);
  });

  it("keeps every word of a failure", () => {
    const lines = [
      " +  docker:index:Container minio **creating failed** error: port is taken",
      "Diagnostics:",
      "  docker:index:Container (minio):",
      "    error: sdk-v2/provider2.go:572: port is taken",
    ];
    const progress = new Progress();
    expect(lines.map((line) => progress.read(line)?.trim())).toEqual(
      lines.map((line) => line.trim()),
    );
  });

  it("knows what it waits for", () => {
    const progress = new Progress();
    progress.read(" +  docker:index:RemoteImage minio creating (0s) ");
    progress.read(" +  docker:index:Container postgres creating (0s) ");
    expect(progress.waitingFor()).toBe("image minio, container postgres");
    progress.read(" +  docker:index:RemoteImage minio created (159s) ");
    expect(progress.waitingFor()).toBe("container postgres");
    progress.read(" +  docker:index:Container postgres created (1s) ");
    progress.read(" +  command:local:Command postgres-ready creating (0s) ");
    expect(progress.waitingFor()).toBe("health of postgres");
  });

  it("ends in a sum of the changes", () => {
    expect(
      changesOf(
        "Resources:\n    + 2 created\n    ~ 1 updated\n    +-3 replaced\n    9 unchanged\n",
      ),
    ).toBe("2 created, 1 updated, 3 replaced");
    expect(changesOf("Resources:\n    41 unchanged\n")).toBeUndefined();
  });
});
