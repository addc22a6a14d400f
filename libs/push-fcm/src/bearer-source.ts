import { sign } from 'node:crypto';
import { readRetryAfter, type Verdict } from '@push/dispatch';
import type { Clock } from '@push/ops';
import { parseFields } from './json-fields.ts';
import { postForm } from './post-form.ts';
import type { ServiceAccount } from './service-account.ts';

export interface BearerSourceOptions {
  readonly account: ServiceAccount;
  /** Instead of the one the account names. */
  readonly tokenUrl: string | null;
  readonly ca: string | null;
  readonly timeLimitMs: number;
  readonly clock: Clock;
}

export interface Bearer {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number;
}

/** Why there is no bearer, as a verdict about the message that needed it. */
export class BearerRefusal extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super('no bearer for FCM');
    this.name = 'BearerRefusal';
    this.verdict = verdict;
  }
}

/** Sending is all we ask for; the account's file alone would give far more. */
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const GRANT_LIFETIME_S = 3_600;
/** RFC 6749, section 5.2, and what Google adds. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
]);

/** Gets a bearer for a service account (RFC 7523). Rejects with {@link BearerRefusal} and nothing else. */
export async function requestBearer(options: BearerSourceOptions): Promise<Bearer> {
  const { account, ca, timeLimitMs, clock } = options;
  const url = options.tokenUrl ?? account.tokenUrl;
  const form = new URLSearchParams({ grant_type: GRANT_TYPE, assertion: grant(account, url, clock.nowMs()) });
  const answer = await postForm(url, form.toString(), { ca, timeLimitMs });
  if (answer === null) throw new BearerRefusal({ kind: 'retry', reason: 'oauth-no-answer', afterMs: null });
  const { status, retryAfter, body } = answer;
  const { access_token: token, expires_in: lifetimeS, error } = parseFields(body);
  if (status === 200 && typeof token === 'string' && typeof lifetimeS === 'number') {
    return { access_token: token, expires_in: lifetimeS };
  }
  const afterMs = readRetryAfter(retryAfter, clock.nowMs());
  // Only an error in OAuth's words is about our credential; anything else may pass.
  const isRefused = status >= 400 && status < 500 && status !== 429 && REFUSALS.has(error);
  throw new BearerRefusal(
    isRefused
      ? { kind: 'hold', reason: `oauth-${String(error)}`, afterMs }
      : { kind: 'retry', reason: `oauth-status-${status}`, afterMs },
  );
}

function grant(account: ServiceAccount, audience: string, nowMs: number): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(nowMs / 1000);
  const header = { alg: 'RS256', typ: 'JWT', kid: account.privateKeyId };
  const claims = { iss: account.clientEmail, scope: SCOPE, aud: audience, iat, exp: iat + GRANT_LIFETIME_S };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), account.privateKey).toString('base64url')}`;
}
