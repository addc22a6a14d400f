import { createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { type Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ServiceAccount } from './service-account.ts';

export interface FcmReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: unknown };
  readonly body: string;
}

/** One POST over HTTP/1.1, to look at a provider without any library in between. */
export async function post(
  url: string,
  agent: Agent,
  headers: { readonly [name: string]: string },
  body: string,
): Promise<FcmReply> {
  const request = httpsRequest(url, { method: 'POST', agent, headers });
  const received = once(request, 'response');
  request.end(body);
  const [response] = (await received) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** The same over HTTP/2, on a connection of its own. */
export async function postOverHttp2(
  url: string,
  ca: Buffer,
  headers: { readonly [name: string]: string },
  body: string,
): Promise<number> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin, { ca });
  const stream = session.request({ ':method': 'POST', ':path': pathname, ...headers });
  const received = once(stream, 'response');
  stream.end(body);
  const [response] = (await received) as [{ ':status': number }];
  await text(stream);
  session.close();
  return response[':status'];
}

/** The form a service account asks for a bearer with (RFC 7523); `claims` replace or add. */
export function grantForm(account: ServiceAccount, scope: string, claims: object = {}): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const own = { iss: account.client_email, aud: account.token_uri, scope, iat, exp: iat + 3_600 };
  const signed = `${encode({ alg: 'RS256', kid: account.private_key_id })}.${encode({ ...own, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), createPrivateKey(account.private_key));
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: `${signed}.${signature.toString('base64url')}`,
  }).toString();
}
