import { expect, test } from '@jest/globals';
import { PassThrough, Readable } from 'node:stream';
import { createBodyReader, FREE_BYTES } from '../src/http/body-reader.ts';

const LIMITS = { maxBytes: 100_000, maxTotalBytes: 150_000 };
const inPieces = (body: Buffer, size: number): Readable =>
  Readable.from(
    Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size)),
  );

test.each([1, 7, 4_096, 100_000])('a body that comes in pieces of %i bytes is read whole', async (size) => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  const read = createBodyReader(LIMITS);
  for (const announced of [100_000, Number.NaN]) {
    expect((await read(inPieces(body, size), announced)).equals(body)).toBe(true);
  }
});

test('an empty body is empty', async () => {
  expect(await createBodyReader(LIMITS)(Readable.from([]), 0)).toHaveLength(0);
});

test.each([
  ['announced as too large', new PassThrough(), 100_001, 413],
  ['that turns out too large', inPieces(Buffer.alloc(100_001), 999), Number.NaN, 413],
  ['shorter than announced', inPieces(Buffer.alloc(5), 5), 6, 400],
])('a body %s is given up', async (_, payload, announced, statusCode) => {
  await expect(createBodyReader(LIMITS)(payload, announced)).rejects.toMatchObject({ statusCode });
});

test('a body whose connection breaks is given up', async () => {
  const payload = new PassThrough();
  const reading = createBodyReader(LIMITS)(payload, 10);
  payload.write('12345');
  payload.destroy(new Error('reset'));
  await expect(reading).rejects.toMatchObject({ statusCode: 400 });
});

test('huge bodies that are never finished turn away further huge ones, and no ordinary ones, until they end', async () => {
  const read = createBodyReader(LIMITS);
  const stuck = [new PassThrough(), new PassThrough()];
  const readings = stuck.map((payload) => read(payload, Number.NaN));
  for (const payload of stuck) payload.write(Buffer.alloc(70_000));
  await expect(read(inPieces(Buffer.alloc(60_000), 60_000), Number.NaN)).rejects.toMatchObject({ statusCode: 503 });
  for (let i = 0; i < 100; i++)
    expect(await read(inPieces(Buffer.alloc(FREE_BYTES), 100), Number.NaN)).toHaveLength(FREE_BYTES);
  for (const payload of stuck) payload.end();
  await Promise.all(readings);
  expect(await read(inPieces(Buffer.alloc(60_000), 60_000), Number.NaN)).toHaveLength(60_000);
});

test('what is given up gives its share back', async () => {
  const read = createBodyReader(LIMITS);
  for (let i = 0; i < 20; i++) {
    await expect(read(inPieces(Buffer.alloc(100_001), 50_000), Number.NaN)).rejects.toMatchObject({ statusCode: 413 });
  }
  expect(await read(inPieces(Buffer.alloc(100_000), 50_000), Number.NaN)).toHaveLength(100_000);
});
