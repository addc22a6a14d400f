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
