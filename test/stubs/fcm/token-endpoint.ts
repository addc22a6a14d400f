import { randomBytes, verify } from 'node:crypto';
import type { NewServiceAccount } from './service-account.ts';

export interface TokenAnswer {
  readonly status: number;
  readonly body: object;
}

/** One access token that was given out. */
export interface Grant {
  readonly scope: string;
  readonly grantedAtMs: number;
}

const MESSAGING = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const LONGEST_GRANT_S = 3_600;
const SKEW_S = 300;

/** Google's OAuth endpoint for service accounts (RFC 7523): a signed grant in, a bearer out. */
export class TokenEndpoint {
  readonly #account: NewServiceAccount;
  readonly #lifetimeS: number;
  readonly #expiryMs = new Map<string, number>();
  /** Every grant so far, oldest first. */
  readonly grants: Grant[] = [];

  constructor(account: NewServiceAccount, lifetimeS: number) {
    this.#account = account;
    this.#lifetimeS = lifetimeS;
  }

  /** Answers a form body. */
  answer(form: string, nowMs: number): TokenAnswer {
    const fields = new URLSearchParams(form);
    if (fields.get('grant_type') !== GRANT_TYPE) return refuse('unsupported_grant_type', 'Invalid grant_type.');
    const judged = this.#judge(fields.get('assertion') ?? '', nowMs);
    if (typeof judged !== 'string') return refuse(judged.error, judged.description);
    const bearer = `ya29.${randomBytes(96).toString('base64url')}`;
    this.#expiryMs.set(bearer, nowMs + this.#lifetimeS * 1000);
    this.grants.push({ scope: judged, grantedAtMs: nowMs });
    return { status: 200, body: { access_token: bearer, expires_in: this.#lifetimeS, token_type: 'Bearer' } };
  }

  /** Whether an `authorization` header holds a bearer that is still good. */
  accepts(authorization: string | undefined, nowMs: number): boolean {
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return (this.#expiryMs.get(bearer) ?? 0) > nowMs;
  }

  /** From now on no bearer that was given out is accepted. */
  revokeAll(): void {
    this.#expiryMs.clear();
  }

  /** The scope granted, or why nothing is. */
  #judge(assertion: string, nowMs: number): string | { readonly error: string; readonly description: string } {
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const { account, publicKey } = this.#account;
    const { alg, kid } = decode(header);
    const { iss, aud, scope, iat, exp } = decode(claims);
    const nowS = nowMs / 1000;
    const isSigned =
      alg === 'RS256' &&
      (kid === undefined || kid === account.private_key_id) &&
      verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
    if (iss !== account.client_email)
      return { error: 'invalid_grant', description: 'Invalid grant: account not found' };
    if (!isSigned) return { error: 'invalid_grant', description: 'Invalid JWT Signature.' };
    if (aud !== account.token_uri)
      return { error: 'invalid_grant', description: 'Invalid JWT: failed audience check.' };
    if (typeof iat !== 'number' || typeof exp !== 'number' || exp - iat > LONGEST_GRANT_S) {
      return { error: 'invalid_grant', description: 'Invalid JWT: token must be short-lived.' };
    }
    if (iat > nowS + SKEW_S || exp < nowS) {
      return { error: 'invalid_grant', description: 'Invalid JWT: check your iat and exp values in the JWT claim.' };
    }
    if (typeof scope !== 'string' || !scope.split(' ').includes(MESSAGING)) {
      return { error: 'invalid_scope', description: 'The scope for firebase messaging is missing.' };
    }
    return scope;
  }
}

const refuse = (error: string, description: string): TokenAnswer => ({
  status: 400,
  body: { error, error_description: description },
});

function decode(part: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
  } catch {
    return {};
  }
}
