// The environment of the provision job. Passwords of the plan's roles and users come beside it, as the plan names them.
import { Secret } from "@feedback-loop/contract";
import { Type } from "@sinclair/typebox";

export const Environment = Type.Object({
  /** A ProvisionPlan as JSON. */
  PLAN: Type.String({ minLength: 2 }),
  DATABASE_HOST: Type.String({ minLength: 1 }),
  DATABASE_PORT: Type.Integer({ minimum: 1, maximum: 65535 }),
  /** A superuser: roles and databases are made by it. */
  DATABASE_USER: Type.String({ minLength: 1 }),
  DATABASE_PASSWORD: Secret(),
  OBJECT_STORE_ENDPOINT: Type.String({ pattern: "^https?://" }),
  /** The object store's root user. */
  OBJECT_STORE_USER: Type.String({ minLength: 1 }),
  OBJECT_STORE_PASSWORD: Secret(),
});
