// Machines that a deployment can't go to, and what people are told of them: by the deployment and by the doctor.
import { LabMachine, type MachineOptions } from "./support/lab-machine";
import { TestStack } from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(2 * minutes);

describe("a machine that isn't fit", () => {
  const ann = (key: string) =>
    `#cloud-config\nusers:\n  - name: ann\n    shell: /bin/bash\n    ssh_authorized_keys: ["${key}"]\n`;
  let machine: LabMachine;
  let stack: TestStack;

  async function boot(options: MachineOptions, user = "cc"): Promise<void> {
    machine = await LabMachine.boot(options);
    await machine.booted();
    stack = await TestStack.create(machine.stackSettings(user));
  }

  afterEach(async () => {
    await machine.dispose();
    stack.discard();
  });

  /** What a deployment says, which the doctor says too, each within a minute. */
  async function refusal(): Promise<string> {
    const began = Date.now();
    const { exitCode, stdout, stderr } = await stack.command(
      ...["pulumi", "up", "-s", stack.name, "--yes", "--skip-preview", "--color", "never"],
    );
    const took = (Date.now() - began) / 1000;
    expect(exitCode).not.toBe(0);
    expect(took).toBeLessThan(60);
    const doctor = await stack.command("doctor", "-s", stack.name);
    expect(doctor.exitCode).toBe(1);
    const words = doctor.stdout.split("\n").filter((line) => line.startsWith("FAILED"));
    expect(words).toHaveLength(1);
    const [, said] = /^FAILED +\w+ +(.*)$/.exec(words[0]!)!;
    // The amount that is free may differ between the two.
    expect(`${stdout}${stderr}`.replaceAll(/\d+ MiB/g, "")).toContain(
      said!.replaceAll(/\d+ MiB/g, ""),
    );
    return said!;
  }

  it(
    "is told of a key that doesn't fit, and of a user that isn't there",
    async () => {
      await boot({});
      await stack.setConfig("ssh.privateKeyPath", machine.otherKey);
      expect(await refusal()).toContain("doesn't let cc in with the key");
      await stack.setConfig("ssh.privateKeyPath", machine.key);
      await stack.setConfig("ssh.user", "nobody-here");
      expect(await refusal()).toContain("doesn't let nobody-here in");
    },
    4 * minutes,
  );

  it("is told of Docker that is missing where it may not be installed", async () => {
    await boot({ docker: false, userData: ann }, "ann");
    expect(await refusal()).toContain(
      "there is no Docker on the machine, and ann may not install it",
    );
  });

  it("is told of a full disk", async () => {
    await boot({ disk: "300m" });
    expect(await refusal()).toContain("MiB free where Docker keeps its data");
  });
});
