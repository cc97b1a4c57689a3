import { EnvironmentError } from "@feedback-loop/contract";
import { readSettings } from "./environment";
import { exampleServices } from "./testing/examples";

const SERVICES = JSON.stringify(exampleServices);

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readSettings(variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

it("the settings have defaults for all but the services", () => {
  expect(readSettings({ SERVICES })).toMatchObject({
    PORT: 8090,
    PROBE_EVERY_SECONDS: 10,
    PROBE_TIMEOUT_SECONDS: 8,
    START_SECONDS: 300,
    TRUSTED_PROXIES: "",
    services: exampleServices,
  });
});

describe("services that can't be shown are refused", () => {
  const [first] = exampleServices;

  it.each([
    ["no JSON", "frontend", "SERVICES: given something else; allowed: a JSON list"],
    ["no list", "{}", "SERVICES: given something else; allowed: a JSON list"],
    [
      "one twice",
      JSON.stringify([first, first]),
      'SERVICES: "frontend" is there twice; give each service its own name',
    ],
    [
      "a link that is no address of a page",
      JSON.stringify([{ ...first, url: "javascript:alert(1)" }]),
      "SERVICES: at /0/url: expected string to match '^https?://[^/\\s]+(/\\s*)?$'",
    ],
    [
      "a password",
      JSON.stringify([{ ...first, logins: [{ role: "student", may: "look", password: "hush" }] }]),
      "SERVICES: at /0/logins/0/password: unexpected property",
    ],
  ])("%s", (_what, given, problem) => {
    expect(problemsOf({ SERVICES: given })).toEqual([problem]);
  });

  it("with whatever else is wrong", () => {
    expect(problemsOf({ SERVICES: "[]", TRUSTED_PROXIES: "10.0.0" })).toHaveLength(1);
    expect(problemsOf({ SERVICES: "{}", TRUSTED_PROXIES: "10.0.0" })).toHaveLength(2);
    expect(problemsOf({ PROBE_EVERY_SECONDS: "0" })).toHaveLength(2);
  });
});
