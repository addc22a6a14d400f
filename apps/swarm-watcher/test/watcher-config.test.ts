import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readWatcherConfig } from '../src/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'push-watcher-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, text: string, mode = 0o600): string {
  writeFileSync(join(dir, name), text, { mode });
  return join(dir, name);
}

const RING = `1763769600 ${'ab'.repeat(32)}\n`;
const environment = () => ({
  REDIS_URL: 'redis://watcher:secret@127.0.0.1:6379',
  WATCHER_SECRET_FILE: file('watch.key', RING),
  WATCHER_OMQ_SECRET_FILE: file('omq.key', RING),
  WATCHER_OXEND_URL: 'http://127.0.0.1:22023/json_rpc, https://oxend.example/json_rpc',
});

describe('the configuration', () => {
  test('has defaults for everything that need not be told', () => {
    const result = readWatcherConfig(environment());
    expect(result).toMatchObject({
      ok: true,
      value: {
        oxend: { ca: null, pollMs: 10_000 },
        admin: { host: '127.0.0.1', port: 9102 },
        logLevel: 'info',
        shutdownTimeoutMs: 10_000,
      },
    });
    const urls = result.ok ? result.value.oxend.urls.map(({ href }) => href) : [];
    expect(urls).toEqual(['http://127.0.0.1:22023/json_rpc', 'https://oxend.example/json_rpc']);
  });

  test('refuses key files that say that they are for something else', () => {
    const problemsWith = (watch: string, omq: string): string[] => {
      const result = readWatcherConfig({
        ...environment(),
        WATCHER_SECRET_FILE: file('stated-watch.key', `#! ${watch}\n${RING}`),
        WATCHER_OMQ_SECRET_FILE: file('stated-omq.key', `#! ${omq}\n${RING}`),
      });
      return result.ok ? [] : result.problems.map(({ variable }) => variable);
    };
    expect(problemsWith('watch-secret', 'omq')).toEqual([]);
    expect(problemsWith('device-secret', 'omq')).toEqual(['WATCHER_SECRET_FILE']);
    expect(problemsWith('watch-secret', 'watch-secret')).toEqual(['WATCHER_OMQ_SECRET_FILE']);
  });

  test('reports all problems at once and repeats no value', () => {
    const result = readWatcherConfig({
      WATCHER_SECRET_FILE: file('bad.key', 'not a ring, cafe'),
      WATCHER_OMQ_SECRET_FILE: file('open.key', RING, 0o644),
      WATCHER_OXEND_URL: 'http://one/json_rpc,ftp://two',
      WATCHER_POLL_MS: '1',
      WATCHER_ADMIN_PORT: '70000',
    });
    const problems = result.ok ? [] : result.problems;
    expect(new Set(problems.map(({ variable }) => variable))).toEqual(
      new Set([
        'REDIS_URL',
        'WATCHER_SECRET_FILE',
        'WATCHER_OMQ_SECRET_FILE',
        'WATCHER_OXEND_URL',
        'WATCHER_POLL_MS',
        'WATCHER_ADMIN_PORT',
      ]),
    );
    expect(JSON.stringify(problems)).not.toMatch(/cafe|ftp:\/\/two|70000/);
  });
});
