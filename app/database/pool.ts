// Connections to PostgreSQL for long-lived services: bounded in number and in time, and a restart of
// the server is an error of the queries under way, never the end of the process.
import { Pool } from "pg";

export interface DatabaseAddress {
  host: string;
  port: number;
  name: string;
  user: string;
  password: string;
}

export interface PoolOptions {
  /** Shown by PostgreSQL beside each connection. */
  applicationName: string;
  /** PostgreSQL of this project allows 60 connections for all services together. */
  maxConnections?: number;
  /** Longest time to get a connection, and longest time of one query. */
  timeoutSeconds?: number;
  /** Told of connections that broke while nobody used them; the pool has already dropped them. */
  onIdleError: (error: Error) => void;
}

/** A pool that connects when first used, so that a service starts while PostgreSQL is down. */
export function createPool(address: DatabaseAddress, options: PoolOptions): Pool {
  const timeoutMillis = (options.timeoutSeconds ?? 5) * 1000;
  const pool = new Pool({
    host: address.host,
    port: address.port,
    database: address.name,
    user: address.user,
    password: address.password,
    application_name: options.applicationName,
    max: options.maxConnections ?? 4,
    connectionTimeoutMillis: timeoutMillis,
    // The server gives up a slow statement; the client gives up a server that doesn't answer at all.
    statement_timeout: timeoutMillis,
    query_timeout: timeoutMillis + 1000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // Without a listener, an idle connection that breaks is an uncaught exception (node-postgres, Pool).
  pool.on("error", options.onIdleError);
  return pool;
}
