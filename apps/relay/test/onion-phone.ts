import { bdecode, bencode } from '../../../test/stubs/wire/bencode.ts';
import { sealLayer, writeFrame } from '../../../test/stubs/wire/onion.ts';
import { cipherOf, decryptLayer, type EncType } from '../../../test/stubs/wire/onion-cipher.ts';

/** What a phone puts into an onion request; the stubs' libsodium seals it. */
export interface Inside {
  readonly method?: string;
  readonly endpoint?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: unknown;
}

/** A request as the last storage node of a path hands it on, and the way to read what comes back. */
export interface OnionRequest {
  readonly body: Buffer;
  /** Where the digits of the ephemeral key begin. */
  readonly keyAt: number;
  readonly ciphertextBytes: number;
  /** Throws for what is not an answer to this request. */
  readonly read: (answer: Uint8Array) => OnionAnswer;
}

export interface OnionAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export function sealPlaintext(onionKey: string, plaintext: Uint8Array, encType?: EncType): OnionRequest {
  const { sealed, answerKey } = sealLayer(plaintext, Buffer.from(onionKey, 'hex'), cipherOf(encType) ?? 'aes-gcm');
  const key = sealed.ephemeralKey.toString('hex');
  const routing = { host: 'relay.example', target: '/oxen/v4/lsrpc', port: 443, protocol: 'https' };
  const body = writeFrame(sealed.ciphertext, { ...routing, ephemeral_key: key, enc_type: encType });
  return {
    body,
    keyAt: body.indexOf(key),
    ciphertextBytes: sealed.ciphertext.length,
    read: (answer) => {
      const opened = decryptLayer(answer, answerKey);
      const list = opened === null ? null : bdecode(opened);
      if (!Array.isArray(list) || list.length !== 2) throw new Error('this answers another request, or none');
      const [metadata, text] = list as unknown as readonly [Buffer, Buffer];
      const { code, headers } = JSON.parse(metadata.toString()) as OnionAnswer;
      return { code, headers, text: text.toString() };
    },
  };
}

export function sealRequest(onionKey: string, inside: Inside, encType?: EncType): OnionRequest {
  const { method = 'POST', endpoint = '/subscribe', body, headers = {} } = inside;
  const metadata = JSON.stringify({ method, endpoint, headers });
  return sealPlaintext(onionKey, bencode(body === undefined ? [metadata] : [metadata, body]), encType);
}
