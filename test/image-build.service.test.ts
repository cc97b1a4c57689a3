// An image of the project's own where no registry has it: the machine that runs the stack builds it from the clone.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { finding } from "../cli/setup/findings";
import { dockerHub, type OwnImageName } from "../infra/images";
import { imageContent } from "../infra/runtime/own-images";
import { LabMachine } from "./support/lab-machine";
import { root, TestStack } from "./support/test-stack";

const minutes = 60_000;
jest.setTimeout(2 * minutes);

describe("a machine that builds", () => {
  const image: OwnImageName = "provision";
  let machine: LabMachine;
  const stack = new TestStack();
  /** Of the project whose program is one-image.ts. */
  const program = join(root, "test");
  const pulumi = (...args: string[]) => stack.succeed("pulumi", "--cwd", program, ...args);

  beforeAll(async () => {
    machine = await LabMachine.boot();
    await pulumi("stack", "init", stack.name);
  });

  afterAll(async () => {
    await machine.dispose();
    stack.discard();
    rmSync(join(program, `Pulumi.${stack.name}.yaml`));
  });

  it(
    "makes an image of the project's own from the clone, once",
    async () => {
      const settings = {
        image,
        "login.address": machine.address,
        "login.user": "cc",
        "login.port": "22",
        "login.privateKeyPath": machine.key,
        timeoutSeconds: "300",
        registryMirror: finding("images")?.registryMirror ?? dockerHub,
      };
      const config = Object.entries(settings).flatMap(([key, value]) => [
        "--config",
        `${key}=${value}`,
      ]);
      const up = ["up", "-s", stack.name, "--yes", "--skip-preview", "--color", "never"];
      await pulumi(...up, "--config-path", ...config);
      const listed = await machine.run(`docker images --format '{{.Repository}}:{{.Tag}}'`);
      const name = `${stack.name}/${image}:${imageContent(root, image).slice(0, 16)}`;
      expect(listed).toContain(name);
      expect(await pulumi(...up)).toMatch(/\d+ unchanged/);
      await pulumi("destroy", "-s", stack.name, "--yes", "--skip-preview");
      expect(await machine.run("docker images --quiet --filter label=feedback-loop.stack")).toBe(
        "",
      );
    },
    10 * minutes,
  );
});
