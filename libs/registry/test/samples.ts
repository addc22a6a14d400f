import {
  type AccountId,
  type DeviceToken,
  type Ed25519Key,
  MAX_NAMESPACES,
  type MonitorRequest,
  type Service,
  SERVICES,
  type Signature,
  type SubaccountTag,
  type UnixSeconds,
} from '@push/protocol';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Deregistration, Registration } from '../src/index.ts';

/** Bytes that look random but are the same in every run. */
export function bytesOf(seed: string, length: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(seed).digest());
}

export interface SampleOptions {
  readonly account?: string;
  readonly token?: string;
  readonly service?: Service;
  readonly signedAt?: number;
  readonly namespaces?: readonly number[];
}

function accountOf(seed: string): AccountId {
  return Buffer.concat([Buffer.of(5), bytesOf(`account ${seed}`, 32)]) as Uint8Array as AccountId;
}

/** A well-formed registration; its signature is no signature. */
export function sampleRegistration(options: SampleOptions = {}): Registration {
  const { account = 'alice', token = 'phone', service = 'apns', signedAt = 1_700_000_000, namespaces = [0] } = options;
  return {
    request: {
      account: accountOf(account),
      ed25519: bytesOf(`ed25519 ${account}`, 32) as Ed25519Key,
      subaccount: null,
      namespaces,
      wantsData: true,
      signedAt: signedAt as UnixSeconds,
      signature: bytesOf(`signature ${account} ${signedAt} ${namespaces.join()}`, 64) as Signature,
    },
    service,
    token: bytesOf(`token ${token}`, 32) as DeviceToken,
    polls: false,
  };
}

export function sampleDeregistration(options: SampleOptions = {}): Deregistration {
  const { request, service, token } = sampleRegistration(options);
  const { account, ed25519, subaccount, signedAt, signature } = request;
  return { request: { account, ed25519, subaccount, signedAt, signature }, service, token };
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

/** Any request that a client can make, with up to `most` namespaces. */
export function anyMonitorRequest(most = MAX_NAMESPACES): fc.Arbitrary<MonitorRequest> {
  return fc
    .record({
      prefix: fc.constantFrom(3, 5, 0, 255),
      key: bytes(32),
      ed25519: bytes(32) as fc.Arbitrary<Ed25519Key>,
      subaccount: fc.option(
        fc.record({
          tag: bytes(36) as fc.Arbitrary<SubaccountTag>,
          signature: bytes(64) as fc.Arbitrary<Signature>,
        }),
      ),
      namespaces: fc.uniqueArray(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: most }),
      wantsData: fc.boolean(),
      signedAt: fc.integer({ min: 0, max: 2 ** 33 }) as unknown as fc.Arbitrary<UnixSeconds>,
      signature: bytes(64) as fc.Arbitrary<Signature>,
    })
    .map(({ prefix, key, ed25519, subaccount, namespaces, wantsData, signedAt, signature }) => ({
      account: new Uint8Array([prefix, ...key]) as AccountId,
      ed25519: prefix === 5 ? ed25519 : null,
      subaccount,
      namespaces: namespaces.toSorted((a, b) => a - b),
      wantsData,
      signedAt,
      signature,
    }));
}

export const anyService: fc.Arbitrary<Service> = fc.constantFrom(...SERVICES);
