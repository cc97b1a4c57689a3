// One stack's whole life in an OpenStack cloud: reserved, deployed from nothing with all its services, used, changed, its
// server replaced, destroyed. The cloud is the lab's, with the names of KVM@TACC.
import { readFileSync } from "node:fs";
import { FOOD_CLASSES } from "@feedback-loop/contract";
import type { Browser } from "playwright-core";
import { parse } from "yaml";
import { readConfig } from "../infra/config";
import { catalogue } from "../infra/services/catalogue";
import { launch, openPage, screenshot } from "./support/browser";
import { CloudStack, type CloudsFile, labNetwork } from "./support/cloud-stack";
import { LabCloud } from "./support/lab-cloud";
import { LoopClient } from "./support/loop-client";
import { realPhoto, withoutMetadata } from "./support/photos";
import { answers, openPorts } from "./support/tcp-ports";

const minutes = 60_000;
jest.setTimeout(5 * minutes);

/** All parts: what runs doesn't depend on the target. */
const services = catalogue(readConfig({})).flatMap((spec) =>
  spec.kind === "service" ? [spec.name] : [],
);
/** In seconds, longer than a gate's login is tried at once: several minutes, as a cloud at its limits needs. */
const bootSeconds = 180;
const dataVolumeGiB = 2;
/** Something else than ours that listens on the server. */
const strayPort = 8999;

describe("a stack in the cloud", () => {
  let cloud: LabCloud;
  let stack: CloudStack;
  let browser: Browser;
  /** The project before the stack. */
  let before: Awaited<ReturnType<LabCloud["inventory"]>>;
  /** Of the photos that people uploaded. */
  const uploaded: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    cloud = await LabCloud.up();
    before = await cloud.inventory();
    stack = await CloudStack.in(cloud, [
      ["components", "auto"],
      ["dataVolume.sizeGiB", String(dataVolumeGiB)],
      ["dataVolume.keep", "no"],
      ["suffix", "abc123"],
    ]);
  }, 10 * minutes);

  afterAll(async () => {
    await browser.close();
    await stack.command("destroy", "-s", stack.name, "--volumes", "--yes");
    await stack.command("lease", "delete", "-s", stack.name, "--yes");
    await cloud.dispose();
    stack.discard();
  }, 10 * minutes);

  const client = async () => new LoopClient(await stack.endpoints(), await stack.credentials());

  /** Uploads a photo and finds its row, and in the object store what was sent. */
  async function uploadPhoto(): Promise<void> {
    const loop = await client();
    const photo = realPhoto("food11_3_411.jpg");
    const row = await loop.save(photo);
    uploaded.push(row.id);
    expect(await loop.photo(row.object_key)).toEqual(withoutMetadata(photo));
  }

  async function allHealthy(): Promise<void> {
    const status = await stack.succeed("status", "-s", stack.name);
    expect(status.match(/ healthy /g)).toHaveLength(services.length);
    expect(Object.keys(await stack.containers())).toEqual([...services].sort());
  }

  const unchanged = async () => {
    expect(await stack.planned()).toEqual([]);
    const told = await stack.up();
    expect(told).toMatch(/^ +\d+ unchanged$/m);
    expect(told).not.toMatch(/\d+ (changes?|created|updated|replaced|deleted)\b/);
  };

  const idsOfRows = async () => (await (await client()).allRows()).map(({ id }) => id).sort();
  const serverId = async () => (await stack.output("serverId")) as string;
  /** Of the image that the server was made from. */
  async function imageId(): Promise<string> {
    const { compute } = await cloud.login("lab");
    const { server } = await compute.get<{ server: { image: { id: string } } }>(
      `/servers/${await serverId()}`,
    );
    return server.image.id;
  }

  describe("from nothing", () => {
    it("gets a reservation, which its settings name from then on", async () => {
      const told = await stack.succeed(
        ...["lease", "create", "-s", stack.name, "--hours", "6", "--flavor", cloud.flavorName],
      );
      const { openstack } = await stack.settings<{ openstack: { reservationId: string } }>();
      expect(told).toContain(openstack.reservationId);
      const { leaseEnd } = await stack.settings<{ leaseEnd: string }>();
      const hours = (Date.parse(leaseEnd) - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(5.8);
      expect(hours).toBeLessThan(6.1);
    });

    it(
      "brings its images to a registry",
      () => stack.succeed("images", "push", "-s", stack.name),
      40 * minutes,
    );

    it("is found well by the doctor before there is a server", async () => {
      const told = await stack.succeed("doctor", "-s", stack.name);
      const lines = told.split("\n").filter((line) => /^(ok|FAILED|unknown) /.test(line));
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.filter((line) => line.startsWith("FAILED"))).toEqual([]);
    });

    it(
      "comes up in one go, though its server takes minutes to boot",
      async () => {
        const undo = await cloud.slowBoot(bootSeconds);
        const began = Date.now();
        const told = await stack.up();
        await undo();
        expect((Date.now() - began) / 1000).toBeGreaterThan(bootSeconds);
        expect(told).toMatch(/waiting for \d+\.\d+\.\d+\.\d+: /);
        // The lease is a short one.
        expect(told).toMatch(/warning: .*lease/i);
        await allHealthy();
      },
      40 * minutes,
    );

    it("needs no change", async () => {
      await unchanged();
      await stack.succeed("pulumi", "preview", "-s", stack.name, "--expect-no-changes");
      await stack.succeed("pulumi", "refresh", "-s", stack.name, "--yes", "--expect-no-changes");
      await stack.succeed("pulumi", "preview", "-s", stack.name, "--expect-no-changes");
    });

    it("keeps every secret out of the state", async () => {
      const state = await stack.exportedState();
      for (const { password } of Object.values(await stack.credentials()))
        expect(state).not.toContain(password);
      const { clouds } = parse(readFileSync(cloud.cloudsFile, "utf8")) as CloudsFile;
      const { password } = clouds["lab"]!.auth;
      expect(state).not.toContain(password);
    });

    it("says where all is, and until when", async () => {
      const address = await stack.address();
      const { leaseEnd } = await stack.settings<{ leaseEnd: string }>();
      expect(await stack.output("ssh")).toContain(`cc@${address}`);
      expect(Date.parse((await stack.output("expiresAt")) as string)).toBe(Date.parse(leaseEnd));
      const { portal } = await stack.endpoints();
      expect(await stack.output("readme")).toContain(portal.url);
      const sheet = await stack.succeed("handout", "--role", "student", "-s", stack.name);
      expect(sheet).toContain(portal.url);
    });
  });

  describe("for people", () => {
    it("shows a person with a photo what it is taken for", async () => {
      const page = await openPage(browser);
      await page.goto((await stack.endpoints()).frontend.url);
      await page.setInputFiles("input[type=file]", realPhoto("food11_8_4.jpg"));
      await page.getByRole("button", { name: "See what it is" }).click();
      await page.waitForURL(/\/predictions\//);
      expect(FOOD_CLASSES).toContain(await page.getByRole("heading", { level: 1 }).textContent());
      await page.getByText("Saved.").waitFor();
      await screenshot(page, "chameleon-prediction");
      await page.close();
      await uploadPhoto();
    });

    it("has a page at each of its addresses", async () => {
      const pages = ["portal", "frontend", "labelStudio", "airflow", "jupyter", "minio"] as const;
      const endpoints = await stack.endpoints();
      for (const name of pages) {
        const answer = await fetch(endpoints[name].url, { signal: AbortSignal.timeout(60_000) });
        expect({ name, status: answer.status }).toEqual({ name, status: 200 });
      }
    });

    it("has its ports open and no other, seen through the floating IP", async () => {
      const address = await stack.address();
      const meant = Object.values(await stack.endpoints()).map(({ url }) =>
        Number(new URL(url).port),
      );
      await stack.onServer(
        `nohup python3 -m http.server ${strayPort} >/dev/null 2>&1 & for i in $(seq 20); do ` +
          `python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${strayPort}))' && exit 0; sleep 0.5; done; exit 1`,
      );
      const tried = [22, 80, 443, 2375, 2376, strayPort, ...meant];
      expect(await openPorts(address, tried)).toEqual([22, ...meant]);
    });
  });

  describe("when something is changed", () => {
    it("changes rules only when other people are let in", async () => {
      const containers = await stack.containers();
      const { frontend, portal } = await stack.endpoints();
      const port = (url: string) => Number(new URL(url).port);
      const address = await stack.address();
      await stack.setConfig("allowedCidrs.frontend[0]", "192.0.2.0/24");
      const steps = await stack.planned();
      expect(steps.length).toBeGreaterThan(0);
      const rule = /\$openstack:networking\/secGroupRule:SecGroupRule::[^:]+$/;
      expect(steps.filter(({ urn }) => !rule.test(urn))).toEqual([]);
      await stack.up();
      expect(await answers(address, port(frontend.url))).toBe(false);
      expect(await answers(address, port(portal.url))).toBe(true);
      await stack.setConfig("allowedCidrs.frontend[1]", labNetwork);
      await stack.up();
      expect(await answers(address, port(frontend.url))).toBe(true);
      await stack.succeed(
        "pulumi",
        "config",
        "rm",
        "-s",
        stack.name,
        "--path",
        "allowedCidrs.frontend",
      );
      await stack.up();
      expect(await stack.containers()).toEqual(containers);
      await unchanged();
    });

    describe("and its image is published anew", () => {
      let unpublish: () => Promise<void>;
      beforeAll(async () => {
        unpublish = await cloud.republishImage();
      });
      afterAll(() => unpublish());

      it("stays as it is", unchanged);

      it(
        "gets another server once it is told to, with all containers and volumes, and its data",
        async () => {
          const volumes = () =>
            stack.onServer("docker volume ls --quiet --filter label=feedback-loop.stack | wc -l");
          const [server, image, count] = [await serverId(), await imageId(), await volumes()];
          const containers = await stack.containers();
          const rows = await idsOfRows();
          expect(rows).toEqual(expect.arrayContaining(uploaded));
          await stack.setConfig("openstack.generation", "2");
          await stack.up();
          expect(await serverId()).not.toBe(server);
          expect(await imageId()).not.toBe(image);
          await allHealthy();
          const now = await stack.containers();
          for (const [service, id] of Object.entries(containers)) expect(now[service]).not.toBe(id);
          expect(await volumes()).toBe(count);
          expect(await idsOfRows()).toEqual(rows);
          const loop = await client();
          for (const { object_key } of await loop.rows(uploaded))
            expect((await loop.photo(object_key)).length).toBeGreaterThan(0);
          await uploadPhoto();
          await unchanged();
        },
        40 * minutes,
      );
    });
  });

  describe("at its end", () => {
    it("leaves the project as it was", async () => {
      await stack.succeed("destroy", "-s", stack.name, "--volumes", "--yes");
      expect(await cloud.inventory()).toEqual(before);
    });

    it("gives its reservation back", async () => {
      await stack.succeed("lease", "delete", "-s", stack.name, "--yes");
      const { said } = await stack.refusal("lease", "show", "-s", stack.name);
      expect(said).toContain("has no lease that lives");
    });
  });
});
