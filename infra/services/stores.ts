// How services reach the two stores: the environment that follows from a service's needs.
import { type EnvValue, secret, url } from "./env-value";
import type { Needs } from "./service-spec";

export const databaseName = "loop";
export const photoBucket = "production";
export const modelBucket = "models";
/** Copies of the photos that annotators look at, under names that tell them nothing. */
export const labelingBucket = "labeling";

/** The credential of a database role, as infra/credentials.ts names it. */
export const databaseCredential = (role: string) => `database-${role}`;
/** The credential of an object-store user, as infra/credentials.ts names it. */
export const objectStoreCredential = (user: string) => `object-store-${user}`;

/** Environment by which our own services find the stores that they need. */
export function storeEnvironment({ database, objectStore }: Needs): Record<string, EnvValue> {
  return {
    ...(database && {
      DATABASE_HOST: "postgres",
      DATABASE_PORT: 5432,
      DATABASE_NAME: database.name,
      DATABASE_USER: secret(`${databaseCredential(database.role)}.user`),
      DATABASE_PASSWORD: secret(`${databaseCredential(database.role)}.password`),
    }),
    ...(objectStore && {
      OBJECT_STORE_ENDPOINT: url("minio"),
      OBJECT_STORE_USER: secret(`${objectStoreCredential(objectStore.user)}.user`),
      OBJECT_STORE_PASSWORD: secret(`${objectStoreCredential(objectStore.user)}.password`),
    }),
  };
}
