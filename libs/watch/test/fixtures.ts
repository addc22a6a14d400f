import {
  type AccountId,
  accountKey,
  type AccountKey,
  type DeviceId,
  type Ed25519Key,
  type Notification,
  type Signature,
  type SubaccountTag,
  type SwarmId,
  type UnixSeconds,
  type WatchId,
} from '@push/protocol';
import {
  type ListedNode,
  type MonitorEntry,
  type NodeKey,
  SwarmCoverage,
  SwarmMap,
  type WatchDetails,
} from '../src/index.ts';

export const NOW_MS = 1_763_769_600_000;
export const DAY_MS = 86_400_000;

/** A Session ID whose swarm space is `space`. */
export function sessionId(space: number): AccountId {
  const account = Buffer.alloc(33);
  account[0] = 5;
  account.writeUInt32BE(space, 29);
  return account as Uint8Array as AccountId;
}

export function group(space: number): AccountId {
  const account = sessionId(space);
  account[0] = 3;
  return account;
}

export const keyOf = (space: number): AccountKey => accountKey(sessionId(space));

export interface DetailOptions {
  readonly account?: AccountId;
  readonly device?: string;
  readonly namespaces?: readonly number[];
  readonly wantsData?: boolean;
  readonly signedAt?: number;
  readonly polls?: boolean;
  /** Fills the subaccount tag. */
  readonly member?: number;
}

export function details(options: DetailOptions = {}): WatchDetails {
  const { account = sessionId(1), device = 'd', namespaces = [0], wantsData = true, signedAt = 1_000 } = options;
  const { member, polls = false } = options;
  return {
    request: {
      account,
      ed25519: account[0] === 5 ? (new Uint8Array(32).fill(7) as Ed25519Key) : null,
      subaccount:
        member === undefined
          ? null
          : {
              tag: new Uint8Array(36).fill(member) as SubaccountTag,
              signature: new Uint8Array(64).fill(1) as Signature,
            },
      namespaces,
      wantsData,
      signedAt: signedAt as UnixSeconds,
      signature: new Uint8Array(64).fill(signedAt % 251) as Signature,
    },
    service: 'apns',
    deviceId: device as DeviceId,
    polls,
  };
}

export const watchId = (text: string): WatchId => text as WatchId;

export function notification(options: Partial<Notification> = {}): Notification {
  return {
    accountKey: keyOf(1),
    hash: 'h'.repeat(43),
    namespace: 0,
    createdMs: NOW_MS,
    expiresMs: NOW_MS + 14 * DAY_MS,
    ...options,
  };
}

/** Node `n` listens at port `n`. */
export function listed(swarmId: number, ...nodes: readonly number[]): ListedNode[] {
  return nodes.map((n) => ({
    swarmId: BigInt(swarmId) as SwarmId,
    node: { key: nodeKey(n), host: '127.0.0.1', port: n },
  }));
}

export const nodeKey = (n: number): NodeKey => n.toString(16).padStart(64, '0') as NodeKey;

/** A coverage whose network has one swarm with the given nodes. */
export function coverageOf(...nodes: readonly number[]): SwarmCoverage {
  const coverage = new SwarmCoverage(() => 0.5);
  coverage.setMap(new SwarmMap(listed(1, ...nodes)));
  return coverage;
}

export function onlyEntry(coverage: SwarmCoverage, space: number): MonitorEntry {
  const [entry] = coverage.account(keyOf(space))?.entries ?? [];
  if (entry === undefined) throw new Error('no such entry');
  return entry;
}
