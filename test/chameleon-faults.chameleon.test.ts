// What goes wrong in a cloud: deployments that are killed, servers that go behind Pulumi's back, wrong keys and settings. The
// project must be as before afterwards, whatever happened, and nobody else's things may be touched.
import { randomUUID } from "node:crypto";
import { Bystanders } from "./chameleon/bystanders";
import { coreServices as services } from "./support/test-stack";
import { CloudStack, type Refusal } from "./support/cloud-stack";
import { eventually } from "./support/eventually";
import { LabCloud, type Reservation } from "./support/lab-cloud";
import { LoopClient } from "./support/loop-client";
import { realPhoto } from "./support/photos";
import { answers } from "./support/tcp-ports";

const minutes = 60_000;
jest.setTimeout(10 * minutes);

/** Of an error that a person waits for. */
const patienceSeconds = 60;

describe("a small stack in the cloud", () => {
  let cloud: LabCloud;
  let stack: CloudStack;
  let bystanders: Bystanders;
  let reservation: Reservation;
  /** The project before any stack: with what is other people's. */
  let before: Awaited<ReturnType<LabCloud["inventory"]>>;

  beforeAll(async () => {
    cloud = await LabCloud.up();
    reservation = await cloud.reserve(12);
    stack = await CloudStack.in(cloud, smallSettings());
    bystanders = await Bystanders.make(cloud, `${stack.key}.pub`);
    before = await cloud.inventory();
    await stack.succeed("images", "push", "-s", stack.name);
  }, 40 * minutes);

  afterAll(async () => {
    await stack.command("destroy", "-s", stack.name, "--volumes", "--yes");
    await bystanders.remove();
    await cloud.dispose();
    stack.discard();
  }, 10 * minutes);

  const destroy = (...more: string[]) =>
    stack.succeed("destroy", "-s", stack.name, "--volumes", "--yes", ...more);

  const smallSettings = (): [string, string][] => [
    ["openstack.reservationId", reservation.reservationId],
    // Its servers have Docker already: how it is installed shows elsewhere.
    ["openstack.image", cloud.imageWithDocker],
  ];
  const client = async () => new LoopClient(await stack.endpoints(), await stack.credentials());

  async function isWell(): Promise<void> {
    expect(Object.keys(await stack.containers())).toEqual(services);
    await (await client()).upload(realPhoto("food11_3_411.jpg"));
    expect(await stack.planned()).toEqual([]);
  }

  /** Id of the stack's volume, which is all that the project has of it. */
  async function keptVolume(): Promise<string> {
    const { volumes, ...others } = await cloud.inventory();
    const { volumes: volumesBefore, ...othersBefore } = before;
    expect(others).toEqual(othersBefore);
    const ids = new Set(volumesBefore.map(({ id }) => id));
    const kept = volumes.filter(({ id }) => !ids.has(id));
    expect(kept).toHaveLength(1);
    return kept[0]!.id;
  }

  /** A deployment that fails soon, saying why. */
  async function refused(words: RegExp): Promise<Refusal> {
    const refusal = await stack.refusal("start", "-s", stack.name);
    expect(refusal.said).toMatch(words);
    expect(refusal.seconds).toBeLessThan(patienceSeconds);
    return refusal;
  }

  describe("that can't be deployed", () => {
    afterEach(async () => {
      await destroy();
      expect(await cloud.inventory()).toEqual(before);
    });

    it("is told of a reservation that isn't there", async () => {
      const missing = randomUUID();
      await stack.setConfig("openstack.reservationId", missing);
      await refused(new RegExp(`${missing}`));
      await stack.setConfig("openstack.reservationId", reservation.reservationId);
    });

    it("is told that there is no floating IP to be had", async () => {
      const undo = await cloud.noFloatingIpLeft();
      try {
        await refused(/floating IP/i);
      } finally {
        await undo();
      }
    });

    it("is told of a quota that is used up", async () => {
      const undo = await cloud.quotaReached();
      try {
        await refused(/quota/i);
      } finally {
        await undo();
      }
    });

    it("is told of a credential that is wrong", async () => {
      await stack.withClouds(
        ({ clouds }) => (clouds["lab"]!.auth["password"] = "wrong"),
        async () => {
          await refused(/clouds\.yaml/);
        },
      );
    });
  });

  describe("whose deployment is killed", () => {
    it(
      "comes up all the same, whether at the port, the server, the gate or half through its containers",
      async () => {
        const undo = await cloud.slowBoot(20);
        const points: [RegExp, number][] = [
          [/security group \S+ created/, 0.5],
          [/port \S+ created/, 2],
          [/waiting for \S+: /, 0],
          [/container postgres created/, 0],
        ];
        for (const [words, seconds] of points)
          await stack.killedAfter(seconds, words, "start", "-s", stack.name);
        await stack.start();
        await undo();
        await isWell();
        // One of each, and nothing of those that were begun.
        const now = await cloud.inventory();
        for (const kind of ["servers", "ports", "floatingIps", "keypairs"] as const)
          expect(now[kind].length - before[kind].length).toBe(1);
      },
      30 * minutes,
    );
  });

  describe("that is up", () => {
    beforeAll(() => stack.start(), 20 * minutes);

    it("refuses a server that shows another host key, and says how it is accepted", async () => {
      const asRoot = (script: string) => stack.onServer(`sudo sh -ec '${script}'`);
      const restart = "systemctl restart ssh";
      const key = "/etc/ssh/ssh_host_ed25519_key";
      await asRoot(
        `mkdir /root/kept; mv ${key} ${key}.pub /root/kept; ssh-keygen -q -t ed25519 -N "" -f ${key}; ${restart}`,
      );
      try {
        await refused(/shows another host key than the one that is known/);
      } finally {
        await asRoot(`mv /root/kept/* /etc/ssh; rmdir /root/kept; ${restart}`);
      }
      await isWell();
    });

    it("refuses a key that doesn't fit", async () => {
      await stack.setConfig("ssh.privateKeyPath", stack.otherKey);
      await refused(/doesn't let cc in with the key/);
      await stack.setConfig("ssh.privateKeyPath", stack.key);
      await stack.start();
      await isWell();
    });

    it(
      "gets another server in place of one that is silent",
      async () => {
        // In a moment, since it ends the connection that asks for it.
        const soon = "--quiet --on-active=1s --timer-property=AccuracySec=100ms";
        await stack.onServer(`sudo systemd-run ${soon} sh -c "systemctl stop ssh; pkill -x sshd"`);
        const address = await stack.address();
        await eventually(async () => expect(await answers(address, 22)).toBe(false));
        const { said } = await refused(/no ssh at/);
        const generation = /openstack\.generation (\d+)/.exec(said)![1]!;
        await stack.setConfig("openstack.generation", generation);
        const server = await stack.output("serverId");
        await stack.start();
        expect(await stack.output("serverId")).not.toBe(server);
        await isWell();
      },
      20 * minutes,
    );

    it("is destroyed though ssh can't reach it", async () => {
      const undo = await cloud.unreachable(await stack.address());
      try {
        await destroy();
        expect(await cloud.inventory()).toEqual(before);
      } finally {
        await undo();
      }
    });

    it(
      "is destroyed after its server was deleted behind its back",
      async () => {
        await stack.start();
        await cloud.deleteServer(stack.cloudName);
        await destroy();
        expect(await cloud.inventory()).toEqual(before);
      },
      20 * minutes,
    );

    it(
      "borrows a floating IP that the project holds, and leaves it there",
      async () => {
        await stack.start();
        const [address, giveBack] = await cloud.holdFloatingIp();
        try {
          await stack.setConfig("openstack.floatingIp", address);
          await refused(/the server has the address \S+, and another one only after/);
          await destroy();
          const held = await cloud.inventory();
          await stack.start();
          expect(await stack.address()).toBe(address);
          await isWell();
          await destroy();
          expect(await cloud.inventory()).toEqual(held);
          await stack.setConfig("openstack.floatingIp", "");
        } finally {
          await giveBack();
        }
      },
      20 * minutes,
    );

    it(
      "keeps its data where the settings say so, and has it again on the next server",
      async () => {
        await stack.setConfig("dataVolume.sizeGiB", "1");
        await stack.start();
        const { id } = await (await client()).save(realPhoto("food11_3_411.jpg"));
        const told = await stack.succeed("destroy", "-s", stack.name, "--yes");
        expect(told).toContain(`${stack.cloudName}-data`);
        const volume = await keptVolume();
        await stack.setConfig("dataVolume.sizeGiB", "0");
        await stack.setConfig("dataVolume.id", volume);
        await stack.start();
        expect(await (await client()).rows([id])).toHaveLength(1);
        await isWell();
      },
      30 * minutes,
    );

    it(
      "is swept away with its state lost, but for the data that it keeps",
      async () => {
        stack.loseState();
        const sweep = ["sweep", "-s", stack.name, "--cloud", "lab", "--yes"] as const;
        expect(await stack.succeed(...sweep)).toContain(stack.cloudName);
        await keptVolume();
        await stack.succeed(...sweep, "--volumes");
        expect(await cloud.inventory()).toEqual(before);
        await stack.makeAgain(smallSettings());
      },
      20 * minutes,
    );

    it(
      "is destroyed after its lease's end, and says then that the reservation is gone",
      async () => {
        await stack.start();
        await cloud.endLease(reservation);
        await destroy();
        expect(await cloud.inventory()).toEqual(before);
        await refused(/reservation/i);
        await destroy();
        expect(await cloud.inventory()).toEqual(before);
      },
      20 * minutes,
    );
  });
});
