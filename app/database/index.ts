// Typed access to the tables whose shape the migrations beside this file define.
export * from "./pool";
export * from "./predictions";
