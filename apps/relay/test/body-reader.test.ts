import { expect, test } from '@jest/globals';
import { PassThrough, Readable } from 'node:stream';
import { createBodyReader, FREE_BYTES } from '../src/http/body-reader.ts';

const LIMITS = { maxBytes: 100_000, maxTotalBytes: 250_000 };
const inPieces = (body: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size)),
  );
const whole = (length: number): Readable => inPieces(Buffer.alloc(length), length);

/** A body of which `sent` bytes have come, and no more. */
function stalled(sent: number): PassThrough {
  const payload = new PassThrough();
  payload.write(Buffer.alloc(sent));
  return payload;
}

/** Lets what was written arrive. */
const arrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([70, 4_096, 100_000])('a body that comes in pieces of %i bytes is read whole', async (size) => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  const read = createBodyReader(LIMITS);
  for (const announced of [100_000, Number.NaN]) {
    using held = await read(inPieces(body, size), announced);
    expect(Buffer.compare(held.bytes, body)).toBe(0);
  }
});

test('an ordinary body may come byte by byte, a huge one is given up soon', async () => {
  const read = createBodyReader(LIMITS);
  using held = await read(inPieces(Buffer.alloc(4_000), 1), 4_000);
  expect(held.bytes).toHaveLength(4_000);
  const payload = inPieces(Buffer.alloc(100_000), 1);
  await expect(read(payload, Number.NaN)).rejects.toMatchObject({ failure: 'not-http' });
});

test('an empty body is empty', async () => {
  using held = await createBodyReader(LIMITS)(Readable.from([]), 0);
  expect(held.bytes).toHaveLength(0);
});

test.each([
  ['announced as too large', new PassThrough(), 100_001, 'too-large'],
  ['that turns out too large', inPieces(Buffer.alloc(100_001), 999), Number.NaN, 'too-large'],
  ['shorter than announced', inPieces(Buffer.alloc(5), 5), 6, 'not-http'],
])('a body %s is given up', async (_, payload, announced, failure) => {
  await expect(createBodyReader(LIMITS)(payload, announced)).rejects.toMatchObject({ failure });
});

test('a body whose connection breaks is given up', async () => {
  const payload = stalled(5);
  const reading = createBodyReader(LIMITS)(payload, 10);
  payload.destroy(new Error('reset'));
  await expect(reading).rejects.toMatchObject({ failure: 'not-http' });
});

test('bodies that stall make room for those that come, the oldest first', async () => {
  const read = createBodyReader(LIMITS);
  const bodies = [stalled(90_000), stalled(90_000)];
  const readings = bodies.map((payload) => read(payload, Number.NaN));
  const outcomes = Promise.allSettled(readings);
  await arrived();
  for (let i = 0; i < 10; i++) {
    using held = await read(whole(100_000), 100_000);
    expect(held.bytes).toHaveLength(100_000);
  }
  bodies[1]?.end();
  expect(await outcomes).toMatchObject([
    { status: 'rejected', reason: { failure: 'too-slow' } },
    { status: 'fulfilled', value: { bytes: { length: 90_000 } } },
  ]);
});

test('bodies that are held keep further huge ones out, and no ordinary ones, until they are let go', async () => {
  const read = createBodyReader(LIMITS);
  const held = [await read(whole(100_000), 100_000), await read(whole(100_000), 100_000)];
  await expect(read(whole(100_000), Number.NaN)).rejects.toMatchObject({ failure: 'overloaded' });
  for (let i = 0; i < 100; i++) {
    using ordinary = await read(inPieces(Buffer.alloc(FREE_BYTES), 100), Number.NaN);
    expect(ordinary.bytes).toHaveLength(FREE_BYTES);
  }
  held[0]?.[Symbol.dispose]();
  held[0]?.[Symbol.dispose]();
  using other = await read(whole(100_000), 100_000);
  expect(other.bytes).toHaveLength(100_000);
  await expect(read(whole(100_000), Number.NaN)).rejects.toMatchObject({ failure: 'overloaded' });
});

test('what is given up gives its share back', async () => {
  const read = createBodyReader(LIMITS);
  for (let i = 0; i < 20; i++) {
    const payload = inPieces(Buffer.alloc(100_001), 50_000);
    await expect(read(payload, Number.NaN)).rejects.toMatchObject({ failure: 'too-large' });
  }
  for (let i = 0; i < 2; i++) expect((await read(whole(100_000), 100_000)).bytes).toHaveLength(100_000);
});
