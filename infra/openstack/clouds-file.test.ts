import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudIn, cloudsFile, cloudsFilePlaces, osCollisions } from "./clouds-file";

const file = (clouds: Record<string, Record<string, unknown>>) => ({
  path: "/home/me/clouds.yaml",
  clouds,
});
const credential = {
  auth_url: "https://cloud.example.org:5000",
  application_credential_id: "one",
  application_credential_secret: "secret",
};

describe("a cloud of clouds.yaml", () => {
  it("is read as the cloud's web interface writes it", () => {
    const entry = {
      auth: credential,
      region_name: "KVM@TACC",
      interface: "public",
      identity_api_version: 3,
      auth_type: "v3applicationcredential",
    };
    expect(cloudIn(file({ openstack: entry }), "openstack")).toEqual({
      name: "openstack",
      file: "/home/me/clouds.yaml",
      identityUrl: "https://cloud.example.org:5000/v3",
      login: { type: "application credential", id: "one", secret: "secret" },
      region: "KVM@TACC",
      interface: "public",
      caFile: "",
      verify: true,
    });
  });

  it("may log in by password, in the default domain where none is named", () => {
    const auth = {
      auth_url: "http://127.0.0.1/identity/v3/",
      username: "me",
      password: 123,
      project_name: "course",
      project_domain_name: "Students",
    };
    expect(cloudIn(file({ course: { auth } }), "course")).toMatchObject({
      identityUrl: "http://127.0.0.1/identity/v3",
      login: {
        type: "password",
        user: { name: "me", domain: { id: "default" } },
        password: "123",
        project: { name: "course", domain: { name: "Students" } },
      },
    });
  });

  it.each([
    ["another", {}, /no cloud "another", only openstack/],
    ["openstack", { auth: { ...credential, auth_url: undefined } }, /auth.auth_url is missing/],
    [
      "openstack",
      { auth: { auth_url: "http://x", username: "me", password: "p" } },
      /auth.project_id or auth.project_name is missing/,
    ],
    [
      "openstack",
      { auth: credential, auth_type: "v3oidcpassword" },
      /auth_type is v3oidcpassword; allowed are/,
    ],
  ])("%s of %j is refused with what is missing", (name, entry, words) => {
    expect(() => cloudIn(file({ openstack: entry }), name)).toThrow(words);
  });
});

describe("clouds.yaml", () => {
  const folder = mkdtempSync(join(tmpdir(), "clouds-"));
  const home = join(folder, "home");
  mkdirSync(join(home, ".config/openstack"), { recursive: true });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is looked for where the provider looks", () => {
    expect(cloudsFilePlaces({ OS_CLIENT_CONFIG_FILE: "/x.yaml" }, "/work", "/home/me")).toEqual([
      "/x.yaml",
      "/work/clouds.yaml",
      "/home/me/.config/openstack/clouds.yaml",
      "/etc/openstack/clouds.yaml",
      "/work/clouds.yml",
      "/home/me/.config/openstack/clouds.yml",
      "/etc/openstack/clouds.yml",
    ]);
  });

  it("that is nowhere is asked for, with its place", () => {
    expect(() => cloudsFile({}, folder, home)).toThrow(
      `put it to ${home}/.config/openstack/clouds.yaml`,
    );
  });

  it("gets its secrets from secure.yaml", () => {
    const secret = "application_credential_secret: hidden";
    const places = join(home, ".config/openstack");
    writeFileSync(
      join(places, "clouds.yaml"),
      "clouds: {openstack: {auth: {auth_url: 'http://x', application_credential_id: one}}}",
    );
    writeFileSync(join(places, "secure.yaml"), `clouds: {openstack: {auth: {${secret}}}}`);
    expect(cloudIn(cloudsFile({}, folder, home), "openstack").login).toEqual({
      type: "application credential",
      id: "one",
      secret: "hidden",
    });
  });

  it("that is no YAML is named", () => {
    const path = join(folder, "broken.yaml");
    writeFileSync(path, "clouds: [");
    expect(() => cloudsFile({ OS_CLIENT_CONFIG_FILE: path }, folder, home)).toThrow(
      `${path} can't be read`,
    );
  });
});

it("variables that the provider mixes in are named, others not", () => {
  const env = {
    OS_CLIENT_CONFIG_FILE: "/x",
    OS_CLOUD: "openstack",
    OS_NAME: "Debian",
    OS_PROJECT_ID: "p",
    OS_REGION_NAME: "CHI@UC",
    OS_USER_DOMAIN_NAME: "default",
    OS_TOKEN: "",
    HOME: "/root",
  };
  expect(osCollisions(env)).toEqual(["OS_PROJECT_ID", "OS_REGION_NAME", "OS_USER_DOMAIN_NAME"]);
});
