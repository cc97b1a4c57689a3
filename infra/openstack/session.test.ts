import { CloudError } from "./cloud-error";
import { cloudIn, cloudsFile } from "./clouds-file";
import { Session } from "./session";
import { FakeCloud } from "./testing/fake-cloud";

describe("a session", () => {
  let cloud: FakeCloud;
  afterEach(() => cloud.dispose());

  it("asks each service at its address in the catalogue, with the token", async () => {
    cloud = await FakeCloud.start(({ path }) => ({ body: { path } }));
    const session = await cloud.open();
    const told = await Promise.all([
      session.compute.get("/a"),
      session.network.get("/b"),
      session.volume.get("/c"),
      session.image.get("/d"),
      session.reservation.get("/e"),
    ]);
    expect(told).toEqual([
      { path: "/compute/v2.1/a" },
      { path: "/network/v2.0/b" },
      { path: "/volume/v3/p1/c" },
      { path: "/image/v2/d" },
      { path: "/reservation/v1/e" },
    ]);
    expect(new Set(cloud.asked.map(({ token }) => token))).toEqual(new Set(["the-token"]));
    expect(session).toMatchObject({
      projectId: "p1",
      userId: "user-id",
      authType: "application credential",
    });
  });

  it("goes through all pages of a list", async () => {
    cloud = await FakeCloud.start(({ path }) =>
      path.endsWith("/servers/detail")
        ? {
            body: {
              servers: [{ id: "1" }],
              servers_links: [
                { rel: "next", href: "https://behind-a-proxy/v2.1/servers/detail?marker=1" },
              ],
            },
          }
        : { body: { servers: [{ id: "2" }] } },
    );
    const { compute } = await cloud.open();
    expect(await compute.list("/servers/detail", "servers")).toEqual([{ id: "1" }, { id: "2" }]);
    expect(cloud.questions[1]).toBe("GET /compute/v2.1/servers/detail?marker=1");
  });

  it("says of a refusal which service, which status and what it said", async () => {
    cloud = await FakeCloud.start(() => ({
      status: 403,
      body: { forbidden: { message: "Quota exceeded for instances", code: 403 } },
    }));
    const { compute } = await cloud.open();
    await expect(compute.post("/servers", {})).rejects.toMatchObject({
      part: "compute",
      status: 403,
      message: expect.stringMatching(/compute.*403.*Quota exceeded for instances/) as string,
    });
  });

  it("says that the credential is refused, and never what it is", async () => {
    cloud = await FakeCloud.start(() => undefined);
    const error = await cloud.open("wrong").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CloudError);
    expect(error).toMatchObject({ part: "identity", status: 401 });
    expect((error as Error).message).toMatch(/refuses the application credential of wrong/);
    expect((error as Error).message).not.toContain("secret");
  });

  it("names the region that lacks a service", async () => {
    cloud = await FakeCloud.start(() => undefined);
    const session = await cloud.open("elsewhere");
    expect(session.has("compute")).toBe(false);
    expect(() => session.compute).toThrow(/no compute service in its region two/);
  });
});

it("a cloud that doesn't answer is an error that names the address", async () => {
  const cloud = await FakeCloud.start(() => undefined);
  const { env } = cloud;
  const login = cloudIn(cloudsFile(env, "/", "/"), "fake");
  await cloud.dispose();
  await expect(Session.login(login)).rejects.toThrow(
    /no answer from the cloud's identity service at http:\/\/127.0.0.1:\d+\/identity\/v3\/auth\/tokens: .*ECONNREFUSED/,
  );
});
