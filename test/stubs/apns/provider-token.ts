import { type KeyObject, verify } from 'node:crypto';

export interface ProviderTokenRules {
  readonly publicKey: KeyObject;
  readonly keyId: string;
  readonly teamId: string;
}

const HOUR_S = 3_600;
/** A clock ahead of Apple's by more than this is not believed. */
const AHEAD_S = 300;

/**
 * Judges an `authorization` header as APNs does: an ES256 JWT by our key (`kid`) and team (`iss`), made within the hour
 * (`iat`). Answers with Apple's reason for refusing it, or `null`.
 */
export function refusalOfProviderToken(
  authorization: string | undefined,
  rules: ProviderTokenRules,
  nowS: number,
): 'MissingProviderToken' | 'InvalidProviderToken' | 'ExpiredProviderToken' | null {
  if (authorization === undefined) return 'MissingProviderToken';
  const [header, claims, signature, ...rest] = /^bearer (.+)$/i.exec(authorization)?.[1]?.split('.') ?? [];
  if (header === undefined || claims === undefined || signature === undefined || rest.length > 0) {
    return 'InvalidProviderToken';
  }
  const { alg, kid } = decode(header);
  const { iss, iat } = decode(claims);
  if (alg !== 'ES256' || kid !== rules.keyId || iss !== rules.teamId) return 'InvalidProviderToken';
  if (!isSigned({ header, claims, signature }, rules.publicKey) || typeof iat !== 'number' || iat > nowS + AHEAD_S)
    return 'InvalidProviderToken';
  return iat < nowS - HOUR_S ? 'ExpiredProviderToken' : null;
}

interface SignedToken {
  readonly header: string;
  readonly claims: string;
  readonly signature: string;
}

/** The token that was last found to be signed with a key. A check takes longer than all the rest of a push. */
const lastSigned = new WeakMap<KeyObject, string>();

function isSigned({ header, claims, signature }: SignedToken, key: KeyObject): boolean {
  const signed = `${header}.${claims}`;
  const token = `${signed}.${signature}`;
  if (lastSigned.get(key) === token) return true;
  const rules = { key, dsaEncoding: 'ieee-p1363' } as const;
  if (!verify('sha256', Buffer.from(signed), rules, Buffer.from(signature, 'base64url'))) return false;
  lastSigned.set(key, token);
  return true;
}

function decode(part: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as { readonly [name: string]: unknown }) : {};
  } catch {
    return {};
  }
}
