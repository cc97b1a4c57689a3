import { EnvironmentError } from "@feedback-loop/contract";
import { readSettings } from "./environment";

const enough = {
  INFERENCE_URL: "http://inference:8000",
  OBJECT_STORE_ENDPOINT: "http://minio:9000",
  OBJECT_STORE_USER: "frontend",
  OBJECT_STORE_PASSWORD: "hush",
  DATABASE_USER: "frontend",
  DATABASE_PASSWORD: "hush",
  SESSION_SECRET: "x".repeat(32),
};

function problemsOf(variables: Record<string, string>): readonly string[] {
  try {
    readSettings({ ...enough, ...variables });
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

describe("the settings", () => {
  it("have defaults for all but addresses and secrets", () => {
    expect(readSettings(enough)).toMatchObject({
      PORT: 5000,
      BODY_LIMIT_MIB: 10,
      UPLOAD_MEMORY_MIB: 24,
      UPLOADS_PER_MINUTE_SESSION: 30,
      UPLOADS_PER_MINUTE_ADDRESS: 300,
      TRUSTED_PROXIES: "",
    });
  });

  it("want room for one photo of the largest size", () => {
    expect(problemsOf({ UPLOAD_MEMORY_MIB: "9" })).toEqual([
      "UPLOAD_MEMORY_MIB: given 9; allowed: at least BODY_LIMIT_MIB, which is 10, since one photo of " +
        "that size must find room",
    ]);
    expect(problemsOf({ UPLOAD_MEMORY_MIB: "10" })).toEqual([]);
  });

  it("want a long secret, and don't show it", () => {
    expect(problemsOf({ SESSION_SECRET: "short" })).toEqual([
      "SESSION_SECRET: given (a secret); allowed: a text of at least 32 characters",
    ]);
  });

  it("want addresses for proxies, and say which isn't one, together with all else that is wrong", () => {
    expect(problemsOf({ TRUSTED_PROXIES: "10.0.0.1, gateway, 10.0.0, 10.0.0.0/8" })).toEqual([
      'TRUSTED_PROXIES: given "10.0.0"; allowed: addresses, networks and host names such as ' +
        "10.0.0.7, fd00::/8 or gateway, separated by commas",
    ]);
    expect(problemsOf({ TRUSTED_PROXIES: "10.0.0", UPLOAD_MEMORY_MIB: "1" })).toHaveLength(2);
  });
});
