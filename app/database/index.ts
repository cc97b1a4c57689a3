// Typed access to the tables whose shape the migrations beside this file define.
export * from "./feedback";
export * from "./pool";
export * from "./predictions";
export type { Queryable } from "./queryable";
