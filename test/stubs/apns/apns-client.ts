import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';

export interface ApnsReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: string;
}

/** A bare HTTP/2 client, to look at a provider without any library in between. */
export async function connectTo(url: string, caFile: string, tls: object = {}): Promise<ClientHttp2Session> {
  const session = connect(url, { ca: readFileSync(caFile), ...tls });
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  return session;
}

/** Sends one request; rejects when the stream breaks. */
export function request(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body: string): Promise<ApnsReply> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers);
    let received: { readonly [name: string]: unknown } = {};
    let text = '';
    stream.setEncoding('utf8');
    stream.on('response', (given) => {
      received = given;
    });
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    stream.on('end', () => resolve({ status: Number(received[':status']), headers: received, body: text }));
    stream.on('error', reject);
    stream.end(body);
  });
}

/** An `authorization` header as Apple wants it: ES256 over key id, team and time. */
export function providerToken(keyFile: string, header: object, claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  const key = createPrivateKey(readFileSync(keyFile));
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `bearer ${signed}.${signature.toString('base64url')}`;
}
