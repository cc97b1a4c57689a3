// Lint rules: correctness by types, small functions, and the direction in which folders may import.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** What each folder must not import (docs/architecture.md, "Layout"). */
const forbiddenImports = {
  app: ["infra", "stacks", "cli", "lab", "bench", "test"],
  infra: ["stacks", "cli", "lab", "bench", "test"],
  stacks: ["cli", "lab", "bench", "test"],
  cli: ["test", "bench"],
};

const direction = Object.entries(forbiddenImports).map(([folder, forbidden]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${forbidden.join("|")})(/|$)`,
            message: `${folder}/ must not import from ${forbidden.join(", ")}`,
          },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["**/node_modules/**", "**/dist/**", ".pulumi/**", "artifacts/**", "**/.venv/**"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      complexity: ["error", 10],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    files: ["**/*.test.ts", "test/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  {
    files: ["app/*/static/**/*.js"],
    languageOptions: {
      sourceType: "module",
      globals: {
        document: "readonly",
        window: "readonly",
        fetch: "readonly",
        FormData: "readonly",
        DOMParser: "readonly",
        Event: "readonly",
        URLSearchParams: "readonly",
        URL: "readonly",
        Blob: "readonly",
        File: "readonly",
        createImageBitmap: "readonly",
        DataTransfer: "readonly",
        HTMLElement: "readonly",
      },
    },
  },
  ...direction,
);
