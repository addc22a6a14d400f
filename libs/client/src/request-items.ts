import { bytesToHex } from '@noble/hashes/utils.js';
import { type RandomBytes, utf8Bytes } from './bytes.ts';
import { checkDevice, type Device } from './device.ts';
import { InputError } from './input-error.ts';
import { type Identity, identityOf, type Signer } from './signer.ts';
import { checkNamespaces, type Subscription } from './subscription.ts';

export interface SubscribeTerms {
  /** Whether storage nodes attach the message to what they send the relay. */
  readonly data: boolean;
  /** Unix seconds. */
  readonly signedAtS: number;
  readonly random: RandomBytes;
}

/** One item of `POST /subscribe`, signed, as JSON. Rejects with {@link InputError}, or with what the signer throws. */
export async function subscribeItem(
  { signer, namespaces }: Subscription,
  device: Device,
  { data, signedAtS, random }: SubscribeTerms,
): Promise<string> {
  checkDevice(device);
  checkNamespaces(namespaces);
  const identity = identityOf(signer);
  const signed = `MONITOR${identity.pubkey}${signedAtS}${data ? '1' : '0'}${namespaces.join(',')}`;
  return JSON.stringify({
    ...identity,
    namespaces,
    data,
    sig_ts: signedAtS,
    signature: await signatureOf(signer, signed),
    ...addressOf(device),
    // For payloads with content, which this relay does not send: nobody keeps the other half of it.
    enc_key: bytesToHex(random(32)),
  });
}

/** One item of `POST /unsubscribe`, in the same way. */
export async function unsubscribeItem(signer: Signer, device: Device, signedAtS: number): Promise<string> {
  checkDevice(device);
  const identity: Identity = identityOf(signer);
  return JSON.stringify({
    ...identity,
    sig_ts: signedAtS,
    signature: await signatureOf(signer, `UNSUBSCRIBE${identity.pubkey}${signedAtS}`),
    ...addressOf({ service: device.service, token: device.token }),
  });
}

function addressOf({ service, token, polls }: Device): object {
  return { service, service_info: { token, ...(polls === true && { polls }) } };
}

async function signatureOf(signer: Signer, text: string): Promise<string> {
  const signature = await signer.sign(utf8Bytes(text));
  if (signature.length !== 64) throw new InputError('signature', 'must be 64 bytes');
  return bytesToHex(signature);
}
