import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeviceToken } from '@push/protocol';
import { eventually } from '../../../test/world/eventually.ts';
import type { PushTransport, Verdict } from '../src/index.ts';

/** What may meet a push that is in order, decided by its token. */
export const FATES = [
  'accepted',
  'device gone',
  'device gone long ago',
  'token malformed',
  'token of another app',
  'device had too many pushes',
  'quota used up',
  'our message refused',
  'credential refused',
  'app refused',
  'internal error',
  'unavailable',
  'unavailable for 30 s',
  'page of a proxy',
  'stream reset',
  'connection cut',
  'connection frozen',
  'no answer',
] as const;
export type Fate = (typeof FATES)[number];

/** What may be wrong with a transport's settings. */
export const FLAWS = ['wrong key', 'wrong app', 'nobody listens', 'untrusted certificate'] as const;
export type Flaw = (typeof FLAWS)[number];

/** What a transport makes of a situation. `measured` says why that is not what one would wish for. */
export interface Row {
  readonly verdict: object;
  readonly measured?: string;
}

/** A provider's table of answers; a situation that it does not know is left out. */
export type Rows = { readonly [S in Fate | Flaw]?: Row };

export interface TransportOptions {
  readonly timeLimitMs: number;
  readonly maxConcurrent?: number;
  readonly flaw?: Flaw;
}

/** A transport's provider, played by a stub. */
export interface TransportUnderTest extends AsyncDisposable {
  open(options: TransportOptions): PushTransport;
  /** A new token that meets `fate`. */
  token(fate: Fate): DeviceToken;
  /** Payloads accepted so far, each with its own token blotted out. */
  payloads(): readonly string[];
  /** Pushes it was asked for so far, accepted or not. */
  requestCount(): number;
  openConnectionCount(): number;
}

const PATIENT_MS = 8_000;
const HASTY_MS = 800;
const UUID = '5e3d9f0c-3a52-4a43-8b0e-6f1f4d2a9b11';

/** What every {@link PushTransport} does, held against a stub of its provider. `payload`: what it must send. */
export function describePushTransport(
  name: string,
  { payload, rows, start }: { payload: string; rows: Rows; start: () => Promise<TransportUnderTest> },
): void {
  describe(`push transport: ${name}`, () => {
    let provider: TransportUnderTest;
    let transport: PushTransport;

    const send = (to: DeviceToken, through = transport): Promise<Verdict> =>
      through.send({ token: to, wakeupUuid: UUID, expiresAtS: Math.floor(Date.now() / 1000) + 86_400 });

    beforeAll(async () => {
      provider = await start();
      transport = provider.open({ timeLimitMs: PATIENT_MS });
    });
    afterAll(async () => {
      await transport[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    });

    test.each(rowsOf(FATES, rows))('%s', async (_, fate, verdict) => {
      await using hasty = provider.open({ timeLimitMs: HASTY_MS });
      const token = provider.token(fate);
      const before = provider.requestCount();
      const given = await send(token, fate === 'no answer' || fate === 'connection frozen' ? hasty : transport);
      expect(given).toEqual(verdict);
      expect(provider.requestCount() - before).toBe(1);
      expect(JSON.stringify(given)).not.toContain(Buffer.from(token).toString('hex').slice(0, 16));
      expect(JSON.stringify(given)).not.toContain(Buffer.from(token).toString());
    });

    test.each(rowsOf(FLAWS, rows))('%s', async (_, flaw, verdict) => {
      await using flawed = provider.open({ timeLimitMs: PATIENT_MS, flaw });
      expect(await send(provider.token('accepted'), flawed)).toEqual(verdict);
    });

    test('sends the same bytes to 2,000 devices', async () => {
      const before = provider.payloads().length;
      const verdicts = await inTurns(2_000, 50, () => send(provider.token('accepted')));
      expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['done']));
      const sent = provider.payloads().slice(before);
      expect(sent).toHaveLength(2_000);
      expect([...new Set(sent)]).toEqual([payload]);
    });

    test('delivers a burst larger than what may be under way at once', async () => {
      await using narrow = provider.open({ timeLimitMs: PATIENT_MS, maxConcurrent: 4 });
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => send(provider.token('accepted'), narrow)));
      expect(verdicts.every(({ kind }) => kind === 'done')).toBe(true);
    });

    test('serves other devices while one push is not answered', async () => {
      await using hasty = provider.open({ timeLimitMs: HASTY_MS });
      await send(provider.token('accepted'), hasty);
      const hung = send(provider.token('no answer'), hasty);
      expect(await send(provider.token('accepted'), hasty)).toEqual({ kind: 'done' });
      expect(await hung).toMatchObject({ kind: 'retry' });
      expect(await send(provider.token('accepted'), hasty)).toEqual({ kind: 'done' });
    });

    test('leaves a connection on which nothing is answered any more', async () => {
      await using hasty = provider.open({ timeLimitMs: HASTY_MS });
      expect(await send(provider.token('accepted'), hasty)).toEqual({ kind: 'done' });
      expect(await send(provider.token('connection frozen'), hasty)).toMatchObject({ kind: 'retry' });
      expect(await send(provider.token('accepted'), hasty)).toEqual({ kind: 'done' });
    });

    test('goes on after its connection was cut', async () => {
      expect(await send(provider.token('connection cut'))).toMatchObject({ kind: 'retry' });
      expect(await send(provider.token('accepted'))).toEqual({ kind: 'done' });
    });

    test('when closed waits for pushes under way, refuses later ones and leaves no connection', async () => {
      const before = provider.openConnectionCount();
      const closing = provider.open({ timeLimitMs: PATIENT_MS });
      const underWay = send(provider.token('accepted'), closing);
      await closing[Symbol.asyncDispose]();
      expect(await underWay).toEqual({ kind: 'done' });
      expect(await send(provider.token('accepted'), closing)).toEqual({
        kind: 'retry',
        reason: 'closed',
        afterMs: null,
      });
      await eventually(() => provider.openConnectionCount() <= before);
    });

    test('when closed before its first push, or in the middle of a silence, closes all the same', async () => {
      const before = provider.openConnectionCount();
      await provider.open({ timeLimitMs: HASTY_MS })[Symbol.asyncDispose]();
      const closing = provider.open({ timeLimitMs: HASTY_MS });
      const hung = send(provider.token('no answer'), closing);
      await closing[Symbol.asyncDispose]();
      expect(await hung).toMatchObject({ kind: 'retry' });
      await eventually(() => provider.openConnectionCount() <= before);
    });
  });
}

function rowsOf<S extends Fate | Flaw>(situations: readonly S[], rows: Rows): [title: string, S, verdict: object][] {
  return situations.flatMap((situation) => {
    const row = rows[situation];
    if (row === undefined) return [];
    const measured = row.measured === undefined ? '' : ` (${row.measured})`;
    return [[`${situation}${measured}`, situation, row.verdict]];
  });
}

async function inTurns<T>(count: number, atOnce: number, task: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      results.push(await task());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
