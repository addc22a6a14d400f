import { expect, test } from '@jest/globals';
import type { Connection, ConnectionHandler } from '../src/connection.ts';
import { OxenmqLink } from '../src/oxenmq-link.ts';
import type { LinkEnd } from '../src/retry-delay.ts';
import { Turns } from '../src/turns.ts';
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
  const ends: LinkEnd[] = [];
  const delayMs = (end: LinkEnd): number => {
    ends.push(end);
    return 1;
  };
  const fault = (error: unknown): void => void faults.push(error);
  const link = new OxenmqLink({ connect, handler: recorder, attempts: new Turns(1), delayMs, fault });
  await recorder.until(({ ups }) => ups === 1);
  link.close();
  expect([attempts, faults.length, recorder.downs]).toEqual([3, 2, 0]);
  expect(ends).toEqual(['no-resources', 'no-resources']);
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
  const delayMs = (_: LinkEnd, failures: number): number => {
    waits.push(failures);
    return 1;
  };
  const link = new OxenmqLink({ connect, handler: recorder, attempts: new Turns(1), delayMs, fault: () => {} });
  await recorder.until(({ downs }) => downs === 5);
  link.close();
  expect(waits).toEqual([1, 2, 3, 4, 5]);
});

test('a node that sends a message of more parts than any node does is let go as a flood', async () => {
  const recorder = new LinkRecorder();
  const ends: [LinkEnd, boolean][] = [];
  let isClosed = false;
  const connect = (handler: ConnectionHandler): Connection => {
    queueMicrotask(() => {
      handler.up();
      handler.received(Array.from({ length: 8 }, () => Buffer.from('x')));
      handler.received(Array.from({ length: 9 }, () => Buffer.from('x')));
    });
    return { send: () => {}, close: () => (isClosed = true) } as unknown as Connection;
  };
  const delayMs = (end: LinkEnd): number => {
    ends.push([end, isClosed]);
    return 60_000;
  };
  const link = new OxenmqLink({ connect, handler: recorder, attempts: new Turns(1), delayMs, fault: () => {} });
  await recorder.until(({ downs }) => downs === 1);
  link.close();
  expect(recorder.discards).toEqual(['unknown-command', 'too-many-parts']);
  expect(ends).toEqual([['flooded', true]]);
});

test('no more links than may try at once do so, and one that is up or closed makes room', async () => {
  const attempts = new Turns(2);
  const tried: ConnectionHandler[] = [];
  const connect = (handler: ConnectionHandler): Connection => {
    tried.push(handler);
    return { send: () => {}, close: () => {} } as unknown as Connection;
  };
  const options = { connect, handler: new LinkRecorder(), attempts, delayMs: () => 60_000, fault: () => {} };
  const links = Array.from({ length: 6 }, () => new OxenmqLink(options));
  const triedSoFar = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    return tried.length;
  };
  expect(await triedSoFar()).toBe(2);
  tried[0]?.up();
  expect(await triedSoFar()).toBe(3);
  tried[0]?.ended();
  expect(await triedSoFar()).toBe(3);
  tried[1]?.ended();
  expect(await triedSoFar()).toBe(4);
  links[4]?.close();
  expect(await triedSoFar()).toBe(4);
  links[2]?.close();
  expect(await triedSoFar()).toBe(5);
  for (const link of links) link.close();
});

test('ten thousand links that cannot be opened fail one after another', async () => {
  const faults: unknown[] = [];
  const connect = (): never => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  };
  const fault = (error: unknown): void => void faults.push((error as NodeJS.ErrnoException).code);
  const options = { connect, handler: new LinkRecorder(), attempts: new Turns(2), delayMs: () => 60_000, fault };
  const links = Array.from({ length: 10_000 }, () => new OxenmqLink(options));
  await new Promise((resolve) => setImmediate(resolve));
  expect(faults).toEqual(Array(10_000).fill('EMFILE'));
  for (const link of links) link.close();
});
