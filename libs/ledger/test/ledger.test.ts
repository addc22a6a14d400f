import { describe, expect, test } from '@jest/globals';
import { createLedger, describeFault, EVENTS, type Ledger } from '../src/index.ts';

function ledgerInto(lines: string[]): Ledger {
  return createLedger({ process: 'test', level: 'debug', write: (line) => lines.push(line) });
}

const SECRET = '05e1559c09d09f1a2f6c8dd4f8bb4b4d7a6fba3cf8a3b1d1f0e3b7f0b2d2c4a1';

describe('the ledger', () => {
  test('writes one JSON object a line with the declared fields', () => {
    const lines: string[] = [];
    ledgerInto(lines).record('process.stopped', { stopMs: 12, inTime: true });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      process: 'test',
      event: 'process.stopped',
      stopMs: 12,
      inTime: true,
    });
  });

  test('drops fields that are not declared and values of another kind', () => {
    const lines: string[] = [];
    const smuggled = { signal: SECRET, account: SECRET } as unknown as { signal: string };
    ledgerInto(lines).record('process.stopping', smuggled);
    expect(lines.join()).not.toContain(SECRET.slice(0, 16));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'process.stopping', signal: null });
  });

  test.each([
    SECRET,
    Buffer.from(SECRET, 'hex').toString('base64'),
    Buffer.from(SECRET, 'hex').toString('base64url').slice(0, 22),
    '192.168.1.4:1234 said hello',
    '192.168.1.4',
    '10.0.0.1:443',
    '2001:db8::1',
    'a message',
    '',
  ])('takes no %j as a word', (value) => {
    const lines: string[] = [];
    ledgerInto(lines).record('process.stopping', { signal: value });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ signal: null });
  });

  test('has one event alone that may tell a key, and takes nothing but a key and an origin there', () => {
    const kinds = Object.entries(EVENTS).flatMap(([name, { fields }]) =>
      Object.values(fields).map((kind) => [name, kind] as const),
    );
    const special = kinds.filter(([, kind]) => kind === 'published-key' || kind === 'own-url');
    expect(special).toEqual([
      ['relay.onion', 'published-key'],
      ['relay.onion', 'own-url'],
    ]);
    const told = (key: string, url: string): unknown => {
      const lines: string[] = [];
      ledgerInto(lines).record('relay.onion', { key, url });
      return JSON.parse(lines[0] ?? '');
    };
    const key = SECRET.slice(0, 64);
    for (const url of ['https://push.example.org', 'http://my_relay:3000', 'http://[::1]:3000', 'http://127.0.0.1:1']) {
      expect(told(key, url)).toMatchObject({ key, url });
    }
    for (const url of ['https://u:p@host', 'https://host/path', 'https://host?token=x', 'ftp://host', 'said hello']) {
      expect(told(`05${key}`, url)).toMatchObject({ key: null, url: null });
    }
  });

  test('tells class, code and own place of an error, never its text', () => {
    const lines: string[] = [];
    const error = Object.assign(new TypeError(`bad ${SECRET}`), { code: 'ERR_X', command: { args: [SECRET] } });
    ledgerInto(lines).fault(error);
    expect(lines.join()).not.toContain(SECRET);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'process.fault', kind: 'TypeError', code: 'ERR_X' });
    expect((JSON.parse(lines[0] ?? '') as { at: string }).at).toMatch(/^libs\/ledger\/test\/ledger\.test\.ts:\d+$/);
  });

  test.each([undefined, null, 3, SECRET, { name: SECRET, code: SECRET, stack: `at ${SECRET}` }])(
    'describes a thrown %p without repeating it',
    (thrown) => {
      expect(JSON.stringify(describeFault(thrown))).not.toContain(SECRET.slice(0, 16));
    },
  );
});

test('every event has a sentence and names that a dashboard can match', () => {
  for (const [name, { text, fields }] of Object.entries(EVENTS)) {
    expect(name).toMatch(/^[a-z]+\.[a-z-]+(\.[a-z-]+)*$/);
    expect(text.length).toBeGreaterThan(3);
    for (const field of Object.keys(fields)) expect(field).toMatch(/^[a-z][A-Za-z]*$/);
  }
});
