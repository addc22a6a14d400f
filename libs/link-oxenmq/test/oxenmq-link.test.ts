import { expect, test } from '@jest/globals';
import type { Connection, ConnectionHandler } from '../src/connection.ts';
import { OxenmqLink } from '../src/oxenmq-link.ts';
import { LinkRecorder } from './link-recorder.ts';

test('a socket that cannot be made is reported and tried again', async () => {
  const faults: unknown[] = [];
  const recorder = new LinkRecorder();
  let attempts = 0;
  const connect = (handler: ConnectionHandler): Connection => {
    attempts += 1;
    if (attempts < 3) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    queueMicrotask(() => handler.up());
    return { send: () => {}, close: () => {} } as unknown as Connection;
  };
  const link = new OxenmqLink({ connect, handler: recorder, delayMs: () => 1, fault: (error) => faults.push(error) });
  await recorder.until(({ ups }) => ups === 1);
  link.close();
  expect([attempts, faults.length, recorder.downs]).toEqual([3, 2, 0]);
});

test('a node that ends every connection at once is tried less and less often', async () => {
  const waits: number[] = [];
  const recorder = new LinkRecorder();
  const connect = (handler: ConnectionHandler): Connection => {
    queueMicrotask(() => {
      handler.up();
      handler.received([Buffer.from('BYE')]);
    });
    return { send: () => {}, close: () => {} } as unknown as Connection;
  };
  const delayMs = (failures: number): number => {
    waits.push(failures);
    return 1;
  };
  const link = new OxenmqLink({ connect, handler: recorder, delayMs, fault: () => {} });
  await recorder.until(({ downs }) => downs === 5);
  link.close();
  expect(waits).toEqual([1, 2, 3, 4, 5]);
});
