import { describe, expect, test } from '@jest/globals';
import type { DeviceId, DeviceToken } from '@push/protocol';
import * as fc from 'fast-check';
import {
  decodeDeviceRecord,
  decodeWatchRecord,
  encodeDeviceRecord,
  encodeWatchRecord,
  type WatchRecord,
} from '../src/index.ts';
import { anyMonitorRequest, anyService, bytesOf, sampleRegistration } from './samples.ts';

/** What sealing adds: version, epoch id, nonce, tag. */
const SEALING_BYTES = 1 + 12 + 12 + 16;

const anyDeviceId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((id) => Buffer.from(id).toString('base64url') as DeviceId);

const anyWatchRecord = (mostNamespaces?: number): fc.Arbitrary<WatchRecord> =>
  fc.record({
    request: anyMonitorRequest(mostNamespaces),
    service: anyService,
    deviceId: anyDeviceId,
    polls: fc.boolean(),
  });

const anyDeviceRecord = (leastBytes: number, mostBytes: number) =>
  fc.record({
    service: anyService,
    token: fc.uint8Array({ minLength: leastBytes, maxLength: mostBytes }) as fc.Arbitrary<DeviceToken>,
    tokenKind: fc.constant('token' as const),
    registeredOn: fc.integer({ min: 0, max: 65_535 }),
  });

/** What a strict decoder lets through is what its encoder writes: `bytes` again, also when they are no record. */
function written<T>(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => T | null,
  encode: (value: T) => Uint8Array,
): Buffer {
  const record = decode(bytes);
  return Buffer.from(record === null ? bytes : encode(record));
}

function* withOneByteChanged(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x41;
    yield changed;
  }
}

const resized = (bytes: Uint8Array, length: number): Buffer => Buffer.concat([bytes], length);

describe('a watch record', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyWatchRecord(), (record) => {
        expect(decodeWatchRecord(encodeWatchRecord(record))).toEqual(record);
      }),
    );
  });

  test('has one sealed size, at most 313 bytes, for up to eight namespaces, with or without a subaccount', () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(anyWatchRecord(8), (record) => {
        sizes.add(encodeWatchRecord(record).length + SEALING_BYTES);
      }),
    );
    expect([...sizes]).toEqual([313]);
  });

  test('has one larger size for more, which tells nothing else', () => {
    const sizes = new Set<number>();
    fc.assert(
      fc.property(anyWatchRecord(), (record) => {
        if (record.request.namespaces.length > 8) sizes.add(encodeWatchRecord(record).length);
      }),
    );
    expect([...sizes]).toEqual([320]);
  });

  test('with a changed byte is another record or none', () => {
    const { request, service, polls } = sampleRegistration();
    const deviceId = Buffer.from(bytesOf('id', 16)).toString('base64url') as DeviceId;
    for (const bytes of withOneByteChanged(encodeWatchRecord({ request, service, polls, deviceId }))) {
      expect(written(bytes, decodeWatchRecord, encodeWatchRecord)).toEqual(bytes);
    }
  });

  test('is told from random bytes without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 330 }), fc.constantFrom(0, 100, 272, 320), (random, length) => {
        const bytes = resized(random, length);
        expect(written(bytes, decodeWatchRecord, encodeWatchRecord)).toEqual(bytes);
      }),
    );
  });

  test('keeps no reference to the bytes it was read from', () => {
    const { request, service, polls } = sampleRegistration();
    const deviceId = Buffer.from(bytesOf('id', 16)).toString('base64url') as DeviceId;
    const encoded = encodeWatchRecord({ request, service, polls, deviceId });
    const record = decodeWatchRecord(encoded);
    encoded.fill(0xff);
    expect(record?.request).toEqual(request);
  });
});

describe('a device record', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyDeviceRecord(1, 999), (record) => {
        expect(decodeDeviceRecord(encodeDeviceRecord(record))).toEqual(record);
      }),
    );
  });

  test.each([
    [1, 186, 192],
    [187, 999, 1_024],
  ])('has one size for tokens of %d to %d bytes: %d', (least, most, size) => {
    fc.assert(
      fc.property(anyDeviceRecord(least, most), (record) => {
        expect(encodeDeviceRecord(record)).toHaveLength(size);
      }),
    );
  });

  test('with a changed byte is another record or none', () => {
    const token = bytesOf('token', 150) as DeviceToken;
    const encoded = encodeDeviceRecord({ service: 'firebase', token, tokenKind: 'token', registeredOn: 20_000 });
    for (const bytes of withOneByteChanged(encoded)) {
      expect(written(bytes, decodeDeviceRecord, encodeDeviceRecord)).toEqual(bytes);
    }
  });

  test('is told from random bytes without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 100, 192, 1_024), (random, length) => {
        const bytes = resized(random, length);
        expect(written(bytes, decodeDeviceRecord, encodeDeviceRecord)).toEqual(bytes);
      }),
    );
  });
});
