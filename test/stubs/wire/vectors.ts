import { readFileSync } from 'node:fs';

/** The shared vector files that the stubs are held to. */
interface Vectors {
  readonly accounts: readonly { readonly seed: string; readonly ed25519: string; readonly session_id: string }[];
  readonly swarm: {
    readonly swarm_ids: readonly string[];
    readonly accounts: readonly { readonly account: string; readonly swarm_space: string; readonly swarm_id: string }[];
  };
  readonly monitor: {
    readonly requests: readonly { readonly name: string; readonly entry_hex: string }[];
    readonly list_hex: string;
  };
  readonly notify: readonly NotifyVector[];
  readonly subscribe: readonly ClientVector[];
  readonly unsubscribe: readonly ClientVector[];
  readonly 'onion-v4': {
    readonly server_secret: string;
    readonly server_public: string;
    readonly requests: readonly OnionVector[];
  };
}

/** Bytes are hexadecimal. */
export interface OnionVector {
  readonly name: string;
  /** Null where the request names none. */
  readonly enc_type: string | null;
  readonly ephemeral_secret: string;
  readonly ephemeral_public: string;
  readonly symmetric_key: string;
  readonly plaintext_hex: string;
  readonly request_body_hex: string;
}

export interface NotifyVector {
  readonly account: string;
  readonly hash: string;
  readonly namespace: number;
  readonly timestamp_ms: number;
  readonly expiry_ms: number;
  /** Hexadecimal; null when the subscriber did not want it. */
  readonly data: string | null;
  readonly body_hex: string;
}

export interface ClientVector {
  readonly name: string;
  /** Unix seconds. */
  readonly now: number;
  readonly expect: 'accept' | 'reject';
  readonly request: Readonly<Record<string, unknown>>;
}

export function vectors<Name extends keyof Vectors>(name: Name): Vectors[Name] {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8')) as Vectors[Name];
}
