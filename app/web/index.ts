// What the project's pages share: how an application begins, how errors are told, style sheet and icon.
export * from "./assets";
export * from "./problem-answers";
export * from "./problem-page";
export * from "./read-to-the-end";
export * from "./trusted-proxies";
export * from "./web-app";
