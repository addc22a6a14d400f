import { X509Certificate } from 'node:crypto';
import { type ConfigFile, env } from '@push/ops';
import { z } from 'zod';

/** Variables that say how to reach Redis; every app spreads them into its own schema. */
export const redisVariables = {
  REDIS_URL: z
    .string()
    .refine(isRedisUrl, {
      message:
        'must be redis://host:port, rediss://host:port, several of them separated by commas (Cluster), or ' +
        'redis+sentinel://host:port[,host:port]/name',
      abort: true,
    })
    .refine(hasReadableLogin, 'has a user or password that cannot be decoded: write % as %25'),
  REDIS_USERNAME: z.string().max(128).optional(),
  REDIS_PASSWORD_FILE: env.secretFile().optional(),
  REDIS_CA_FILE: env.file().refine(holdsCertificates, 'must name a file that holds certificates in PEM').optional(),
};

export type RedisVariables = z.infer<z.ZodObject<typeof redisVariables>>;

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is and how to log in. */
export interface RedisSettings {
  readonly topology:
    | { readonly kind: 'single'; readonly node: RedisNode }
    | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[] }
    | { readonly kind: 'sentinel'; readonly name: string; readonly nodes: readonly RedisNode[] };
  readonly database: number;
  readonly tls: { readonly ca: Buffer | null } | null;
  readonly username: string | null;
  readonly password: string | null;
}

export function redisSettings(variables: RedisVariables): RedisSettings {
  const urls = parseUrls(variables.REDIS_URL);
  const [first] = urls;
  if (first === undefined) throw new TypeError('REDIS_URL names no server');
  const isTls = first.protocol === 'rediss:';
  const nodes = urls.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port === '' ? (first.protocol === 'redis+sentinel:' ? 26_379 : 6_379) : port),
  }));
  const path = first.pathname.replace(/^\//, '');
  const password = variables.REDIS_PASSWORD_FILE?.read().toString('utf8').trim() ?? decodeURIComponent(first.password);
  return {
    topology:
      first.protocol === 'redis+sentinel:'
        ? { kind: 'sentinel', name: path, nodes }
        : nodes.length > 1
          ? { kind: 'cluster', nodes }
          : { kind: 'single', node: nodes[0] as RedisNode },
    database: first.protocol !== 'redis+sentinel:' && /^\d+$/.test(path) ? Number(path) : 0,
    tls: isTls ? { ca: variables.REDIS_CA_FILE?.read() ?? null } : null,
    username: variables.REDIS_USERNAME ?? (decodeURIComponent(first.username) || null),
    password: password === '' ? null : password,
  };
}

/** What an item begins with that names its scheme. Behind the scheme of the first it would be read as a host. */
const OWN_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/** `redis://a:1,b:2` and `redis://a:1,redis://b:2` both name two servers. */
function parseUrls(text: string): URL[] {
  const scheme = OWN_SCHEME.exec(text)?.[0] ?? '';
  const items = text.split(',').map((item) => (OWN_SCHEME.test(item) ? item : scheme + item));
  const path = items.at(-1);
  const urls = items.map((item) => new URL(item));
  const last = path === undefined ? undefined : new URL(path);
  if (urls[0] !== undefined && last !== undefined && urls[0].pathname.length <= 1) urls[0].pathname = last.pathname;
  return urls;
}

function isRedisUrl(text: string): boolean {
  try {
    const urls = parseUrls(text);
    const protocol = urls[0]?.protocol ?? '';
    return (
      ['redis:', 'rediss:', 'redis+sentinel:'].includes(protocol) &&
      urls.every((url) => url.protocol === protocol && url.hostname !== '') &&
      (protocol !== 'redis+sentinel:' || (urls[0]?.pathname.length ?? 0) > 1)
    );
  } catch {
    return false;
  }
}

function hasReadableLogin(text: string): boolean {
  try {
    for (const { username, password } of parseUrls(text)) decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Node takes a file without any for "trust nobody", and says so only when the first connection fails. */
function holdsCertificates(file: ConfigFile): boolean {
  try {
    const blocks = file.read().toString('latin1').match(CERTIFICATE) ?? [];
    return blocks.length > 0 && blocks.every((pem) => new X509Certificate(pem).raw.length > 0);
  } catch {
    return false;
  }
}
