import type { RedisConnection } from '@push/redis';

/** Takes and gives the Lua text of one script; throws when it does not know the script. */
export type Rewrite = (lua: string) => string;

const rewrites = new WeakMap<RedisConnection, Set<Rewrite>>();

/** Puts every script that is defined on `connection` from now on through `rewrite`. Once is enough; more do no harm. */
export function rewriteScripts<C extends RedisConnection>(connection: C, rewrite: Rewrite): C {
  const known = rewrites.get(connection) ?? new Set();
  if (known.has(rewrite)) return connection;
  rewrites.set(connection, known.add(rewrite));
  const define = connection.defineCommand.bind(connection);
  connection.defineCommand = (name, definition) => define(name, { ...definition, lua: rewrite(definition.lua) });
  return connection;
}
