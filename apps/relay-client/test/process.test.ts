import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Relay, startRelay } from './relay.ts';
import { clientProcess } from './run-client.ts';
import { startServer } from './server.ts';

let relay: Relay;
beforeEach(async () => {
  relay = await startRelay();
});
afterEach(async () => {
  await relay[Symbol.asyncDispose]();
});

describe('as a process of its own, the program', () => {
  test('registers, says so on standard output, and ends with 0', async () => {
    const { code, out, err } = await clientProcess('register', '--relay', relay.url);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('added');
    expect(relay.items).toHaveLength(2);
  });

  test('writes one JSON object', async () => {
    const { code, out, err } = await clientProcess('status', '--relay', relay.url, '--json');
    expect([code, err, JSON.parse(out)]).toMatchObject([0, '', { ok: true }]);
    expect(out.trimEnd()).not.toContain('\n');
  });

  test('tells what is wrong with its command line on standard error, and ends with 2', async () => {
    const { code, out, err } = await clientProcess('register');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('--relay is required');
  });

  test('ends with 3 when nobody is there', async () => {
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    const { code, out, err } = await clientProcess('status', '--relay', gone.url);
    expect([code, out]).toEqual([3, '']);
    expect(err).toContain('ECONNREFUSED');
  });

  test('explains itself', async () => {
    const { code, out } = await clientProcess('--help');
    expect(code).toBe(0);
    expect(out).toContain('relay-client: asks a live push relay the way an app does');
  });
});
