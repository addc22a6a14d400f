import { expect, test } from '@jest/globals';
import { type Ledger, silentLedger } from '@push/ledger';
import { faultTeller } from '../src/oxenmq-links.ts';
import { retryDelayMs } from '../src/retry-delay.ts';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

test('a want of file descriptors is told once a minute, any other mistake each time', () => {
  const told: unknown[] = [];
  const ledger: Ledger = {
    ...silentLedger,
    record: (name, fields) => void told.push({ name, ...fields }),
    fault: () => void told.push('fault'),
  };
  let nowMs = 5;
  const fault = faultTeller(ledger, () => nowMs);
  for (let i = 0; i < 1_000; i += 1) fault(failure('EMFILE'));
  fault(failure('ENFILE'));
  const line = { name: 'links.exhausted', code: 'EMFILE' };
  expect(told).toEqual([line]);
  nowMs += 60_000;
  fault(failure('EMFILE'));
  fault(failure('EINVAL'));
  fault(new TypeError('a mistake'));
  expect(told).toEqual([line, line, 'fault', 'fault']);
});

test('what will not pass soon is not tried soon', () => {
  const firstDelayMs = (end: Parameters<typeof retryDelayMs>[0]): number => retryDelayMs(end, 1, () => 0);
  expect([firstDelayMs('lost'), firstDelayMs('no-resources'), firstDelayMs('flooded')]).toEqual([125, 15_000, 150_000]);
});
