import { describeFault, type Ledger } from '@push/ledger';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { RedisSettings } from './settings.ts';

export type RedisConnection = Redis | Cluster;

/**
 * `request`: commands fail within two seconds when Redis is away, for callers that answer somebody.
 * `batch`: the same for thousands of callers at once. What they send in one turn of the event loop goes out together, and one
 * timer watches the socket instead of one each command. Nothing is sent again after an interruption.
 * `blocking`: commands wait for Redis to come back, for BullMQ's workers and stream readers.
 */
export type ConnectionUse = 'request' | 'batch' | 'blocking';

export interface ConnectOptions {
  readonly settings: RedisSettings;
  readonly use: ConnectionUse;
  readonly ledger: Ledger;
  /** Told of every change; `true` once commands can be sent. */
  readonly onUp?: (isUp: boolean) => void;
}

const ANSWER_TIMEOUT_MS = 2_000;
/** ioredis waits this long even for a socket that is closed already, and keeps the process alive meanwhile. */
const DISCONNECT_TIMEOUT_MS = 250;

const USE_OPTIONS: { readonly [U in ConnectionUse]: Omit<RedisOptions, 'replyMapping'> } = {
  request: { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: ANSWER_TIMEOUT_MS },
  batch: {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    socketTimeout: ANSWER_TIMEOUT_MS,
    enableAutoPipelining: true,
  },
  blocking: { maxRetriesPerRequest: null },
};

/** A connection that heals itself, reports what happens to it, and never rejects where nobody listens. */
export function connectRedis({ settings, use, ledger, onUp }: ConnectOptions): RedisConnection {
  const connection = open(settings, use);
  let isUp = false;
  const change = (next: boolean, event: 'redis.connected' | 'redis.disconnected' | null): void => {
    if (next === isUp) return;
    isUp = next;
    if (event !== null) ledger.record(event, { role: use });
    onUp?.(next);
  };
  let lastCode: string | null = null;
  connection.on('ready', () => {
    lastCode = null;
    change(true, 'redis.connected');
  });
  // One of the two follows each 'close': the second when we closed it ourselves.
  connection.on('reconnecting', () => change(false, 'redis.disconnected'));
  connection.on('end', () => change(false, null));
  connection.on('error', (error: unknown) => {
    const { kind, code } = describeFault(error);
    const seen = `${kind}/${code}`;
    if (seen !== lastCode) ledger.record('redis.error', { role: use, code, kind });
    lastCode = seen;
  });
  return connection;
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 6), 2_000);
}

function open(settings: RedisSettings, use: ConnectionUse): RedisConnection {
  const common: RedisOptions & { replyMapping: 'legacy' } = {
    replyMapping: 'legacy',
    db: settings.database,
    enableReadyCheck: true,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    ...(settings.username === null ? {} : { username: settings.username }),
    ...(settings.password === null ? {} : { password: settings.password }),
    ...(settings.tls === null ? {} : { tls: settings.tls.ca === null ? {} : { ca: settings.tls.ca } }),
    ...USE_OPTIONS[use],
  };
  switch (settings.topology.kind) {
    case 'single':
      return new Redis({ ...common, retryStrategy: reconnectDelayMs, ...settings.topology.node });
    case 'sentinel': {
      const { name, nodes } = settings.topology;
      return new Redis({ ...common, retryStrategy: reconnectDelayMs, name, sentinels: [...nodes] });
    }
    case 'cluster': {
      return new Cluster([...settings.topology.nodes], {
        redisOptions: common,
        clusterRetryStrategy: reconnectDelayMs,
        enableOfflineQueue: use === 'blocking',
        enableAutoPipelining: use === 'batch',
      });
    }
  }
}

/** Resolves once commands can be sent; rejects when `signal` fires first. */
export function redisReady(connection: RedisConnection, signal?: AbortSignal): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onReady = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    const onAbort = (): void => {
      connection.off('ready', onReady);
      reject(new Error('gave up waiting for Redis'));
    };
    connection.once('ready', onReady);
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Closes without waiting for a server that may be gone. Commands that wait for it are refused. */
export async function closeRedis(connection: RedisConnection): Promise<void> {
  if (connection.status === 'end') return;
  if (connection.status === 'ready') {
    await Promise.race([connection.quit().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500).unref())]);
  }
  if (connection instanceof Redis) breakOffReconnecting(connection);
  connection.disconnect();
}

/**
 * While it waits to connect again, ioredis neither ends on `disconnect` nor refuses what waits for an answer, and the time
 * limits of these commands keep the process alive. An attempt that is broken off does both. Not with Sentinel, where an
 * attempt cannot be broken off.
 */
function breakOffReconnecting(connection: Redis): void {
  const isSentinel = (connection.options.sentinels ?? null) !== null;
  if (connection.status === 'reconnecting' && !isSentinel) connection.connect().catch(() => {});
}
