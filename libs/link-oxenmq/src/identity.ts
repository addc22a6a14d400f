import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto';
import type { NodeKey } from '@push/watch';

/** Our X25519 pair towards one node, as raw bytes. */
export interface LinkIdentity {
  readonly secretKey: Buffer;
  readonly publicKey: Buffer;
  /** A node tells its subscribers apart by this alone, and a newer connection with the same one takes over. */
  readonly routingId: Buffer;
}

/** RFC 8410: what precedes the 32 bytes of an X25519 private key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * Our identity towards `node`: the same for the life of the process, so that a subscription survives a cut connection;
 * another one for each node, so that none can pose as us at another; and another one in each process, so that two never
 * take over from each other.
 */
export function linkIdentity(secret: Uint8Array, instanceId: Uint8Array, node: NodeKey): LinkIdentity {
  const secretKey = Buffer.from(hkdfSync('sha256', secret, instanceId, `push relay oxenmq identity v1 ${node}`, 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, secretKey]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { secretKey, publicKey, routingId: Buffer.concat([Buffer.from('L'), publicKey]) };
}
