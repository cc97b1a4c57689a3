// What the stores must look like, as data: the agreement between the deployment and this job.
import { type Static, Type } from "@sinclair/typebox";

const name = Type.String({ pattern: "^[a-z][a-z0-9-]{0,62}$" });

/** Environment variable that holds the password of a database role or an object-store user. */
const passwordVariable = Type.String({ pattern: "^[A-Z][A-Z0-9_]*$" });

const TableRight = Type.Union(
  (["select", "insert", "update", "delete"] as const).map((right) => Type.Literal(right)),
);
const BucketRight = Type.Union((["read", "write"] as const).map((right) => Type.Literal(right)));

export const ProvisionPlan = Type.Object(
  {
    /**
     * Databases. One with an owner is that role's own, who makes its tables; the others have our tables, which belong to
     * a role that can't log in and come from our migrations.
     */
    databases: Type.Array(Type.Object({ name, owner: Type.Optional(name) })),
    /** Login roles with just these rights on just these tables. */
    roles: Type.Array(
      Type.Object({
        name,
        database: name,
        passwordVariable,
        tables: Type.Record(Type.String(), Type.Array(TableRight)),
      }),
    ),
    buckets: Type.Array(Type.Object({ name })),
    /** Object-store users, each with a policy of its own over just these buckets. */
    users: Type.Array(
      Type.Object({
        name,
        passwordVariable,
        buckets: Type.Record(Type.String(), Type.Array(BucketRight)),
      }),
    ),
  },
  { additionalProperties: false },
);
export type ProvisionPlan = Static<typeof ProvisionPlan>;
export type BucketRight = Static<typeof BucketRight>;
