// What the project's own services agree on: classes, answers, errors, and how settings are read.
export * from "./classes";
export * from "./environment";
export * from "./feedback";
export * from "./model";
export * from "./predict";
export * from "./problem";
