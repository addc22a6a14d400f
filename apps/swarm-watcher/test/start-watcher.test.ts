import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { freePort } from '../../../test/world/redis-server.ts';
import { readWatcherConfig, startWatcher } from '../src/index.ts';
import { recordingLedger } from './recording-ledger.ts';

test('comes up without Redis and oxend, says what it misses, and stops in time', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'push-watcher-'));
  const key = join(dir, 'a.key');
  writeFileSync(key, `1763769600 ${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  const config = readWatcherConfig({
    REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
    WATCHER_SECRET_FILE: key,
    WATCHER_OMQ_SECRET_FILE: key,
    WATCHER_OXEND_URL: `http://127.0.0.1:${await freePort()}/json_rpc`,
    WATCHER_ADMIN_PORT: '0',
    SHUTDOWN_TIMEOUT_MS: '3000',
  });
  if (!config.ok) throw new Error('the configuration is refused');
  const ledger = recordingLedger();
  const watcher = await startWatcher(config.value, { ledger });
  const response = await fetch(`http://127.0.0.1:${watcher.adminPort}/readyz`);
  expect(response.status).toBe(503);
  expect(((await response.json()) as { missing: string[] }).missing).toEqual(
    expect.arrayContaining(['redis', 'directory', 'registry']),
  );
  const began = performance.now();
  await watcher[Symbol.asyncDispose]();
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(ledger.faults).toEqual([]);
  rmSync(dir, { recursive: true });
});
