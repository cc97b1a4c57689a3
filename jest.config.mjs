// Three kinds of test beside the source; the file's suffix names what it costs.
const esModules = "(content-disposition|cookie|@fastify/cookie|light-my-request)";
const transform = {
  "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }],
  // Package `cookie` and those that import it at run time: Jest knows `require` only.
  [`/node_modules/${esModules}/.+\\.js$`]: ["@swc/jest", { module: { type: "commonjs" } }],
};
const shared = {
  transform,
  transformIgnorePatterns: [`/node_modules/(?!${esModules}/)`],
  testEnvironment: "node",
  rootDir: ".",
  modulePathIgnorePatterns: ["<rootDir>/.pulumi", "<rootDir>/artifacts", "/dist/"],
};

export default {
  // No verdict about speed: a busy machine makes real threads and processes slow.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: "unit",
      testMatch: ["<rootDir>/{infra,app,stacks,cli,test,bench}/**/*.test.ts"],
      testPathIgnorePatterns: [
        "\\.service\\.test\\.ts$",
        "\\.browser\\.test\\.ts$",
        "\\.long\\.test\\.ts$",
        "\\.chameleon\\.test\\.ts$",
        "/node_modules/",
      ],
    },
    {
      ...shared,
      displayName: "service",
      testMatch: ["<rootDir>/{infra,app,stacks,cli,test}/**/*.service.test.ts"],
    },
    // By hand: what takes minutes and proves what seldom changes.
    { ...shared, displayName: "long", testMatch: ["<rootDir>/test/**/*.long.test.ts"] },
    // By hand: a whole OpenStack that the test brings up itself, and servers in it.
    {
      ...shared,
      displayName: "chameleon",
      testMatch: ["<rootDir>/test/**/*.chameleon.test.ts"],
    },
    { ...shared, displayName: "browser", testMatch: ["<rootDir>/{app,test}/**/*.browser.test.ts"] },
  ],
};
