import type { RedisConnection } from '@push/redis';
import { rewriteScripts } from './rewritten-scripts.ts';

/** How every script of BullMQ 6 reaches Redis. */
const CALL = 'local rcall = redis.call';
const CALL_WITHOUT_EVENTS = [
  'local function rcall(command, ...)',
  '  if command == "XADD" or command == "XTRIM" then return false end',
  '  return redis.call(command, ...)',
  'end',
].join('\n');

/**
 * Keeps BullMQ's scripts that run over `connection` from writing their event stream.
 *
 * BullMQ notes every step of every job there, some with the deduplication id, which holds the device id, under a stream
 * id that is a time in milliseconds. Nobody here reads it, and it cannot be switched off: `streams.events.maxLen: 0`
 * trims by whole nodes and so keeps about the last hundred. So the writes are taken out of the scripts while BullMQ
 * hands them to the connection, which is when a queue or worker is created on it.
 *
 * @throws when a script writes events in a way this does not know, so that an upgrade of BullMQ cannot bring them back.
 */
export function withoutEventLog<C extends RedisConnection>(connection: C): C {
  return rewriteScripts(connection, withoutEvents);
}

function withoutEvents(lua: string): string {
  if (!/\bXADD\b/.test(lua)) return lua;
  const quiet = lua.replaceAll(CALL, CALL_WITHOUT_EVENTS);
  if (quiet === lua || /redis\.p?call\(\s*["']X(ADD|TRIM)\b/.test(quiet)) {
    throw new TypeError('a script of BullMQ writes its event stream in a way that cannot be silenced');
  }
  return quiet;
}
