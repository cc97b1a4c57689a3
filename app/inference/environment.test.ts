import { readEnvironment } from "@feedback-loop/contract";
import { InferenceEnvironment } from "./environment";

const needed = { OBJECT_STORE_USER: "inference", OBJECT_STORE_PASSWORD: "hush" };

describe("InferenceEnvironment", () => {
  it("needs nothing but the object store's user and password", () => {
    expect(readEnvironment(InferenceEnvironment, needed)).toEqual({
      ...needed,
      PORT: 8000,
      HOST: "0.0.0.0",
      LOG_LEVEL: "info",
      OBJECT_STORE_ENDPOINT: "http://minio:9000",
      MODEL_BUCKET: "models",
      MODEL_ALIAS: "production",
      MODEL_CACHE_DIR: "/var/cache/models",
      MODEL_RETRY_SECONDS: 5,
      MODEL_POLL_SECONDS: 10,
      WORKERS: 2,
      MAX_WAITING: 64,
      BODIES_MEMORY_MIB: 48,
      BODY_LIMIT_MIB: 10,
      REQUEST_TIMEOUT_SECONDS: 60,
    });
  });

  it.each([
    ["OBJECT_STORE_ENDPOINT", "http://user:password@minio:9000"],
    ["OBJECT_STORE_ENDPOINT", "minio:9000"],
    ["MODEL_ALIAS", "../other"],
    ["WORKERS", "0"],
    ["MODEL_RETRY_SECONDS", "0"],
    ["MODEL_POLL_SECONDS", "0"],
    ["BODY_LIMIT_MIB", "0"],
    ["REQUEST_TIMEOUT_SECONDS", "0"],
  ])("refuses %s=%s", (name, value) => {
    const reading = () => readEnvironment(InferenceEnvironment, { ...needed, [name]: value });
    expect(reading).toThrow(`${name}: given ${JSON.stringify(value)}; allowed: `);
  });
});
