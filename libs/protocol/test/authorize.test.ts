import { describe, expect, test } from '@jest/globals';
import { areNamespaces, authorizeMonitor, authorizeUnsubscribe } from '../src/index.ts';
import { monitorRequest, type RequestVector, readVectors, unsubscribeRequest } from './vectors.ts';

interface Verdict {
  readonly name: string;
  readonly now: number;
  readonly expect: 'accept' | 'reject';
  readonly request: RequestVector;
}

const subscribes = readVectors('subscribe.json') as Verdict[];
const unsubscribes = readVectors('unsubscribe.json') as Verdict[];

/** Faults of shape, which the parser of requests answers for before anything is authorised. */
const SHAPE = /enc_key|apns token|unknown service|without subaccount_sig/;
const REFUSALS: { readonly [name: string]: string } = {
  'namespaces not ascending': 'namespaces',
  'namespaces duplicated': 'namespaces',
  'namespaces empty': 'namespaces',
  'namespace out of int16 range': 'namespaces',
  'signature exactly 14 days old': 'timestamp',
  'signature exactly 24 h ahead': 'timestamp',
  'signed for other namespaces': 'signature',
  'signed for the other data flag': 'signature',
  'signed for another timestamp': 'signature',
  'session_ed25519 of another account': 'key-mismatch',
  'session_ed25519 missing for an 05 account': 'key-mismatch',
  'one bit of the signature flipped': 'signature',
  '03 group, subaccount without the read flag': 'subaccount-rights',
  '03 group, subaccount for another prefix': 'subaccount-prefix',
  '03 group, subaccount tag not signed by the owner': 'subaccount-signature',
  'over 24 h old': 'timestamp',
  'over 24 h ahead': 'timestamp',
  tampered: 'signature',
};

describe('a request to watch an account', () => {
  const ofRights = subscribes.filter(({ name }) => !SHAPE.test(name));

  test.each(ofRights)('$name: $expect', ({ name, now, expect: verdict, request }) => {
    const refusal = areNamespaces(request.namespaces) ? authorizeMonitor(monitorRequest(request), now) : 'namespaces';
    expect(refusal).toBe(verdict === 'accept' ? null : REFUSALS[name]);
  });

  test('is refused with a cheap reason when several apply', () => {
    const vector = subscribes.find(({ name }) => name === 'one bit of the signature flipped');
    if (vector === undefined) throw new Error('no such vector');
    expect(authorizeMonitor(monitorRequest(vector.request), vector.now + 15 * 86_400)).toBe('timestamp');
  });

  test('is refused when its time is not a number', () => {
    const [vector] = subscribes;
    if (vector === undefined) throw new Error('no vectors');
    expect(authorizeMonitor(monitorRequest(vector.request), Number.NaN)).toBe('timestamp');
  });
});

describe('a request to end a registration', () => {
  test.each([
    [86_400, null],
    [86_401, 'timestamp'],
    [-86_400, null],
    [-86_401, 'timestamp'],
  ])('%i s after its signature: %p', (elapsedS, refusal) => {
    const [vector] = unsubscribes;
    if (vector === undefined) throw new Error('no vectors');
    expect(authorizeUnsubscribe(unsubscribeRequest(vector.request), vector.request.sig_ts + elapsedS)).toBe(refusal);
  });

  test.each(unsubscribes)('$name: $expect', ({ name, now, expect: verdict, request }) => {
    expect(authorizeUnsubscribe(unsubscribeRequest(request), now)).toBe(verdict === 'accept' ? null : REFUSALS[name]);
  });
});
