import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments } from '../src/arguments/read-arguments.ts';
import { client } from './run-client.ts';

const KEY = 'ab'.repeat(32);
const RELAY = ['--relay', 'https://push.example.org'] as const;

let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-client-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const problemsOf = (...args: readonly string[]): readonly string[] => {
  const read = readArguments(args);
  return read.kind === 'problems' ? read.problems : [];
};

function withEach(
  values: readonly string[],
  args: (value: string) => readonly string[],
  problems: readonly string[],
): readonly (readonly [readonly string[], readonly string[]])[] {
  return values.map((value) => [args(value), problems]);
}

describe('a command line', () => {
  test('that names only the relay means the usual things', () => {
    expect(readArguments(['register', ...RELAY])).toEqual({
      kind: 'command',
      command: {
        name: 'register',
        route: { relayUrl: 'https://push.example.org', onion: null, timeoutMs: null },
        device: { service: 'firebase', token: null },
        seedFile: null,
        namespaces: [0],
        keep: false,
        showAccount: false,
      },
    });
  });

  test('may say everything, in any order', () => {
    const args = (
      '--json --show-account --seed-file seed --namespaces=-11,5,0,5 --service apns register --timeout-ms 500 ' +
      `--token ${KEY} --onion ${KEY} --oxend http://localhost:22023 --node-scheme http --enc-type aes-gcm`
    ).split(' ');
    const route = { key: KEY, oxendUrl: 'http://localhost:22023/json_rpc', nodeScheme: 'http', encType: 'aes-gcm' };
    expect(readArguments([...args, ...RELAY])).toMatchObject({
      command: {
        route: { onion: route, timeoutMs: 500 },
        device: { service: 'apns', token: KEY },
        seedFile: 'seed',
        namespaces: [-11, 0, 5],
        showAccount: true,
      },
    });
  });

  test('may name the path of oxend’s JSON-RPC', () => {
    const args = ['status', ...RELAY, '--onion', KEY, '--oxend', 'https://oxend.example:443/x/json_rpc'];
    expect(readArguments(args)).toMatchObject({
      command: { route: { onion: { oxendUrl: 'https://oxend.example/x/json_rpc' } } },
    });
  });

  test('may keep its token in a file', () => {
    const path = file('token', 'a:token-of-FCM\n');
    expect(readArguments(['register', ...RELAY, '--token-file', path])).toMatchObject({
      command: { device: { token: 'a:token-of-FCM' } },
    });
  });

  test('may give a token that begins with a dash', () => {
    expect(readArguments(['register', ...RELAY, '--token=-a'])).toMatchObject({ command: { device: { token: '-a' } } });
  });
});

describe('what is wrong with a command line is told', () => {
  const FIRST_WORD = 'the first word must be one of register, unregister, status';
  const wrong: readonly (readonly [args: readonly string[], problems: readonly string[]])[] = [
    [[], [FIRST_WORD, '--relay is required']],
    [['registre', ...RELAY], [FIRST_WORD]],
    [['constructor', ...RELAY], [FIRST_WORD]],
    [['status'], ['--relay is required']],
    [
      ['status', '--relay', 'push.example.org'],
      ['--relay must be https://host or https://host:port (or http), without a path'],
    ],
    [
      ['status', '--relay', 'https://push.example.org/subscribe'],
      ['--relay must be https://host or https://host:port (or http), without a path'],
    ],
    [['status', '--relay', '--json'], ['--relay needs a value (--relay=… if it begins with a dash)']],
    [['status', '--relay='], ['--relay needs a value']],
    [['status', '--relay'], ['--relay needs a value']],
    [['status', ...RELAY, ...RELAY], ['--relay is given twice']],
    [['status', ...RELAY, '--json=yes'], ['--json takes no value']],
    [['status', ...RELAY, '--colour'], ['--colour is not an option']],
    [['status', ...RELAY, '-x'], ['-x is not an option']],
    [['status', ...RELAY, 'word'], ['there is a word too many (a value with spaces needs quotes)']],
    [
      ['status', ...RELAY, '--keep', '--token', 'a'],
      ['--keep is of no use to status', '--token is of no use to status'],
    ],
    [['unregister', ...RELAY], ['--seed-file is required: the account is made of it']],
    [['unregister', ...RELAY, '--seed-file', 'x', '--namespaces', '0'], ['--namespaces is of no use to unregister']],
    [['status', ...RELAY, '--onion', KEY], ['--oxend is required with --onion']],
    [['status', ...RELAY, '--onion', 'ab', '--oxend', 'http://x'], ['--onion must be 64 hex digits']],
    [['status', ...RELAY, '--onion', KEY, '--oxend', 'x'], ['--oxend must be an http(s) URL']],
    [
      ['status', ...RELAY, '--oxend', 'http://x', '--enc-type', 'rot13', '--node-scheme', 'http'],
      ['--oxend needs --onion', '--node-scheme needs --onion', '--enc-type needs --onion'],
    ],
    [
      ['status', ...RELAY, '--onion', KEY, '--oxend', 'http://x', '--enc-type', 'rot13', '--node-scheme', 'ftp'],
      ['--node-scheme must be one of https, http', '--enc-type must be one of xchacha20, aes-gcm'],
    ],
    ...withEach(['0', '-1', 'soon', '600001', '1e3'], (ms) => ['status', ...RELAY, `--timeout-ms=${ms}`], [
      '--timeout-ms must be a whole number from 1 to 600000',
    ]),
    ...withEach(['a', '0,,1', '32768', '0.5'], (list) => ['register', ...RELAY, `--namespaces=${list}`], [
      '--namespaces must be a comma list of at most 32 numbers from -32768 to 32767',
    ]),
    [['register', ...RELAY, '--service', 'pigeon'], ['--service must be one of apns, apns-sandbox, firebase, huawei']],
    [
      ['register', ...RELAY, '--service', 'apns', '--token', 'short'],
      ['--token must hold a token of apns: 64 hex digits'],
    ],
    [
      ['register', ...RELAY, '--token', 'x'.repeat(1_000)],
      ['--token must hold a token of firebase: text of 1 to 999 bytes'],
    ],
    [
      ['register', ...RELAY, '--token-file', '/nowhere/at/all'],
      ['--token-file must name a readable file of at most 4096 bytes'],
    ],
    [['register', ...RELAY, '--token', 'a', '--token-file', 'b'], ['--token and --token-file exclude each other']],
    [
      ['register', ...RELAY, '--keep', '--seed-file', 'x'],
      ['--keep is of no use with --seed-file, which keeps it anyway'],
    ],
    [['register', ...RELAY, '--show-account'], ['--show-account needs --json and --seed-file']],
  ];
  test.each(wrong)('%j', (args, problems) => {
    expect(problemsOf(...args)).toEqual(problems);
  });

  test('all at once', async () => {
    const path = file('empty', '');
    const { code, out, err } = await client('register', '--bogus', '--onion', 'x', '--token-file', path, '--keep=1');
    expect([code, out]).toEqual([2, '']);
    expect(err.split('\n')).toEqual([
      'relay-client: --bogus is not an option',
      'relay-client: --keep takes no value',
      'relay-client: --relay is required',
      'relay-client: --onion must be 64 hex digits',
      'relay-client: --oxend is required with --onion',
      'relay-client: --token-file must hold a token of firebase: text of 1 to 999 bytes',
      'Next: `relay-client --help` says what there is.',
      '',
    ]);
  });

  test('without repeating a value, wherever it stands', async () => {
    const secret = 'SECRET-token-VALUE';
    for (const args of [
      ['register', ...RELAY, '--service', 'apns', '--token', secret],
      ['register', ...RELAY, secret],
      ['register', ...RELAY, `--${secret}`],
      ['register', ...RELAY, `--tokn=${secret}`],
      ['register', ...RELAY, `--json=${secret}`],
      ['register', '--relay', secret, '--json'],
      [secret],
    ]) {
      const { code, out, err } = await client(...args);
      expect(code).toBe(2);
      expect(out + err).not.toContain(secret);
    }
  });
});

describe('help', () => {
  test.each([['--help'], ['-h'], ['register', '--help', '--bogus']])('is what %s gives', async (...args) => {
    const { code, out, err } = await client(...args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('exit codes:');
  });

  test('names every option, and fits a terminal', async () => {
    const { out } = await client('--help');
    for (const name of ['relay', 'onion', 'oxend', 'node-scheme', 'enc-type', 'service', 'token', 'token-file']) {
      expect(out).toContain(`--${name} `);
    }
    for (const name of ['seed-file', 'namespaces', 'keep', 'timeout-ms', 'json', 'show-account', 'help', 'version']) {
      expect(out).toContain(`--${name}`);
    }
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
  });

  test('has a sibling that tells the version', async () => {
    expect(await client('--version')).toEqual({ code: 0, out: '0.1.0\n', err: '' });
  });
});
