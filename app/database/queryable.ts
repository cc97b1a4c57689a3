// What a query can be sent to: a pool, or one connection of it such as in a transaction.
import type { Pool, PoolClient } from "pg";

export type Queryable = Pick<Pool, "query"> | Pick<PoolClient, "query">;
