import { blake2b256 } from '../wire/sodium.ts';

export interface StoredMessage {
  /** 33 bytes. */
  readonly account: Buffer;
  /** 43 characters of unpadded base64. */
  readonly hash: string;
  readonly namespace: number;
  readonly timestampMs: number;
  readonly expiryMs: number;
  readonly data: Buffer;
}

/** What keeping a message came to; `expiryMs` is the later one when it was there already. */
export interface Kept {
  readonly isNew: boolean;
  readonly expiryMs: number;
}

const MAX_BYTES = 256_000_000;

/** The same message has the same hash on every node: BLAKE2b-256 over account, namespace (nothing for 0) and data. */
export function messageHash(account: Uint8Array, namespace: number, data: Uint8Array): string {
  const hash = blake2b256(account, namespace === 0 ? '' : String(namespace), data);
  return hash.toString('base64').replace('=', '');
}

/** Messages of all accounts, in the order they came; the oldest give way when memory runs short. */
export class Mailbox {
  #byAccount = new Map<string, Map<string, StoredMessage>>();
  #arrivals = new Map<string, StoredMessage>();
  #bytes = 0;

  get count(): number {
    return this.#arrivals.size;
  }

  keep(message: StoredMessage): Kept {
    const account = message.account.toString('latin1');
    const box = this.#byAccount.get(account) ?? new Map<string, StoredMessage>();
    const known = box.get(message.hash);
    const expiryMs = Math.max(message.expiryMs, known?.expiryMs ?? 0);
    const kept = { ...message, expiryMs };
    // Replacing a value leaves its place in the order.
    this.#byAccount.set(account, box.set(message.hash, kept));
    this.#arrivals.set(account + message.hash, kept);
    if (known === undefined) this.#bytes += message.data.length;
    this.#makeRoom();
    return { isNew: known === undefined, expiryMs };
  }

  /** Live messages of an account's namespace that came after the one with hash `after`; all of them when that is not known. */
  after(account: Buffer, namespace: number, after: string | null, nowMs: number): readonly StoredMessage[] {
    const box = [...(this.#byAccount.get(account.toString('latin1'))?.values() ?? [])];
    const inNamespace = box.filter((message) => message.namespace === namespace);
    const position = after === null ? -1 : inNamespace.findIndex(({ hash }) => hash === after);
    return inNamespace.slice(position + 1).filter(({ expiryMs }) => expiryMs > nowMs);
  }

  all(nowMs: number): readonly StoredMessage[] {
    return [...this.#arrivals.values()].filter(({ expiryMs }) => expiryMs > nowMs);
  }

  /** Forgets what has expired. */
  sweep(nowMs: number): void {
    for (const message of this.#arrivals.values()) if (message.expiryMs <= nowMs) this.#remove(message);
  }

  #makeRoom(): void {
    for (const oldest of this.#arrivals.values()) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#remove(oldest);
    }
  }

  #remove({ account, hash, data }: StoredMessage): void {
    const key = account.toString('latin1');
    const box = this.#byAccount.get(key);
    box?.delete(hash);
    if (box?.size === 0) this.#byAccount.delete(key);
    if (this.#arrivals.delete(key + hash)) this.#bytes -= data.length;
  }
}
