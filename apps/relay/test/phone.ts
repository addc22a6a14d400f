import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { type Ed25519Key, ed25519ToX25519 } from '@push/protocol';

/** A request as an app makes it; any field can be overridden, `null` and `undefined` included. */
export type Fields = Readonly<Record<string, unknown>>;

/** An app that signs for one Session ID, or for one group that it owns. */
export interface Phone {
  readonly account: string;
  subscribe(changes?: Fields): Fields;
  unsubscribe(changes?: Fields): Fields;
}

export interface PhoneOptions {
  /** Names the key pair; the same seed is the same account. Default: a new one. */
  readonly seed?: string;
  /** `05` or `03`. */
  readonly prefix?: string;
  readonly token?: string;
  readonly service?: string;
  /** Unix seconds. */
  readonly nowS?: () => number;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function createPhone(options: PhoneOptions = {}): Phone {
  const { seed, prefix = '05', service = 'apns', token = randomBytes(32).toString('hex') } = options;
  const { nowS = () => Math.floor(Date.now() / 1000) } = options;
  const { secret, publicHex, x25519Hex } = keysOf(seed ?? randomBytes(16).toString('hex'));
  const account = prefix + (prefix === '05' ? x25519Hex : publicHex);
  const signed = (text: string): string => sign(null, Buffer.from(text), secret).toString('base64');
  const common = {
    pubkey: account,
    ...(prefix === '05' ? { session_ed25519: publicHex } : {}),
    service,
    service_info: { token },
  };
  return {
    account,
    subscribe: (changes = {}) => {
      const fields = { namespaces: prefix === '05' ? [0, 2, 3, 4, 5] : [11, 12, 13, 14], data: true, sig_ts: nowS() };
      const { namespaces, data, sig_ts } = { ...fields, ...changes };
      const list = Array.isArray(namespaces) ? namespaces.join(',') : '';
      const signature = signed(`MONITOR${account}${sig_ts}${data ? 1 : 0}${list}`);
      return { ...common, ...fields, signature, enc_key: randomBytes(32).toString('hex'), ...changes };
    },
    unsubscribe: (changes = {}) => {
      const { sig_ts = nowS() } = changes as { sig_ts?: number };
      return { ...common, sig_ts, signature: signed(`UNSUBSCRIBE${account}${sig_ts}`), ...changes };
    },
  };
}

function keysOf(seed: string): { secret: KeyObject; publicHex: string; x25519Hex: string } {
  const raw = createHash('sha256').update(seed).digest();
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, raw]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  const x25519 = ed25519ToX25519(new Uint8Array(publicKey) as Ed25519Key) ?? new Uint8Array();
  return { secret, publicHex: publicKey.toString('hex'), x25519Hex: Buffer.from(x25519).toString('hex') };
}
