import type { RedisConnection } from '@push/redis';
import { rewriteScripts } from './rewritten-scripts.ts';

/** Where BullMQ's scripts that add a job decide whether it is absorbed by one of the same deduplication id. */
const DECISION = "\nlocal deduplicationJobId = deduplicateJob(opts['de'],";

/**
 * Runs before that decision. A job that waits takes over the later minute, and with it the times by which BullMQ's `clean`
 * would find it old. Of one that is being sent (it is locked) the follower keeps the later minute: BullMQ overwrites it.
 */
const KEEP_NEWEST = `
local absorbingJobId = opts['de'] and rcall('GET', deduplicationKey)
if absorbingJobId then
  local function minuteOf(data)
    return tonumber(string.match(data or '', '"m":(%d+)')) or -1
  end
  local absorbingKey = args[1] .. absorbingJobId
  if rcall('EXISTS', absorbingKey .. ':lock') == 1 then
    local follower = rcall('HGET', args[1] .. 'dn:' .. opts['de']['id'], 'data')
    if minuteOf(follower) > minuteOf(ARGV[2]) then ARGV[2] = follower end
  elseif rcall('EXISTS', absorbingKey) == 1
    and minuteOf(rcall('HGET', absorbingKey, 'data')) < minuteOf(ARGV[2]) then
    rcall('HSET', absorbingKey, 'data', ARGV[2], 'timestamp', timestamp)
    rcall('HDEL', absorbingKey, 'processedOn')
  end
end`;

/**
 * Has a wakeup carry the newest minute of all that it absorbed, whoever added them and in whatever order.
 *
 * BullMQ's deduplication leaves the job that waits as it is, so after an outage a message of this minute would expire with
 * the day-old wakeup that absorbed it. Its `replace` helps only while a job is delayed, and begins its attempts and its
 * delay anew. What `add` returns does not tell whether the job was absorbed, since another watcher may have made the one it
 * names. So this is part of the script that adds: one round trip, and nothing between absorbing and the newer minute.
 *
 * @throws when a script adds jobs in a way this does not know, so that an upgrade of BullMQ cannot bring the loss back.
 */
export function withNewestMinute<C extends RedisConnection>(connection: C): C {
  return rewriteScripts(connection, keepingNewest);
}

function keepingNewest(lua: string): string {
  if (!lua.includes('deduplicateJob(')) return lua;
  const parts = lua.split(DECISION);
  if (parts.length !== 2) throw new TypeError('a script of BullMQ absorbs jobs in a way that cannot be completed');
  return parts.join(KEEP_NEWEST + DECISION);
}
