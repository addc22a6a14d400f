import { Redis } from 'ioredis';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../test/world/deployment.ts';
import { findSecrets, type Secret, type Sighting } from '../../test/world/secret-search.ts';
import { monitorString } from '../../test/stubs/wire/signed-strings.ts';
import type { Cast } from './cast.ts';
import type { Outcome } from './story.ts';

const DAY_S = 86_400;
/** What TTL answers for a key that went while we looked. */
const GONE = -2;

export interface Evidence {
  /** How many keys of each kind Redis holds, and the longest time any of them has left, in days; null: kept for good. */
  readonly keys: readonly { readonly kind: string; readonly count: number; readonly longestDays: number | null }[];
  readonly searchedBytes: number;
  readonly secrets: number;
  readonly sightings: readonly Sighting[];
  /** Whether the search finds each of the secrets when it is there. */
  readonly findsPlanted: boolean;
  readonly violations: readonly string[];
}

/** Looks at what is left: every key, the dump, the append-only file and all output of the three apps. */
export async function collectEvidence(deployment: Deployment, cast: Cast, outcome: Outcome): Promise<Evidence> {
  const redis = new Redis(deployment.redis.urlFor('operator'));
  try {
    await redis.save();
    const keys = await keysByKind(redis);
    const haystacks = [
      ...redisFiles(deployment.redis.dir),
      ...Object.entries(deployment.apps).map(([name, app]) => ({
        place: `log of ${name}`,
        content: Buffer.from(app.process.output),
      })),
    ];
    const secrets = secretsOf(cast, outcome);
    return {
      keys,
      searchedBytes: haystacks.reduce((sum, { content }) => sum + content.length, 0),
      secrets: secrets.length,
      sightings: findSecrets(haystacks, secrets),
      findsPlanted: findsPlanted(haystacks, secrets),
      violations: keys.flatMap(violationOf),
    };
  } finally {
    redis.disconnect();
  }
}

/** Hides each secret, in base64 behind two other bytes, in a copy of what was searched, and searches that. */
function findsPlanted(haystacks: readonly { readonly content: Buffer }[], secrets: readonly Secret[]): boolean {
  const rest = haystacks.map(({ content }) => content);
  return secrets.every((secret) => {
    const planted = Buffer.from(Buffer.concat([Buffer.of(1, 2), secret.bytes]).toString('base64'));
    const content = Buffer.concat([...rest, planted]);
    return findSecrets([{ place: 'planted', content }], [secret]).length > 0;
  });
}

/** Kinds of key that hold something about a device, and how many days they may live. */
const LIMIT_DAYS: Readonly<Record<string, number>> = {
  watch: 14,
  device: 14,
  order: 14,
  lease: 10 / DAY_S,
  seen: 14,
  feed: 14,
  dead: 14,
  epoch: 15,
};

function violationOf({ kind, longestDays }: Evidence['keys'][number]): string[] {
  const limit = LIMIT_DAYS[kind];
  if (limit === undefined) return kind.startsWith('wakeup:') ? [] : [`keys of the unknown kind ${kind}`];
  if (longestDays === null) return [`${kind} keys without an expiry`];
  return longestDays > limit ? [`${kind} keys that live ${longestDays.toFixed(1)} days`] : [];
}

async function keysByKind(redis: Redis): Promise<Evidence['keys']> {
  const kinds = new Map<string, { count: number; longest: number | null }>();
  for await (const batch of redis.scanStream({ count: 1_000 }) as AsyncIterable<string[]>) {
    for (const key of batch) {
      const kind = kindOf(key);
      const seconds = await redis.ttl(key);
      if (seconds === GONE) continue;
      const known = kinds.get(kind) ?? { count: 0, longest: 0 };
      const longest = seconds < 0 || known.longest === null ? null : Math.max(known.longest, seconds);
      kinds.set(kind, { count: known.count + 1, longest });
    }
  }
  return [...kinds]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, { count, longest }]) => ({ kind, count, longestDays: longest === null ? null : longest / DAY_S }));
}

const kindOf = (key: string): string => (key.startsWith('wakeup:') ? key : (key.split(':')[0] ?? key));

function redisFiles(dir: string): { place: string; content: Buffer }[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'users.acl')
    .map((entry) => ({ place: entry.name, content: readFileSync(join(entry.parentPath, entry.name)) }));
}

function secretsOf({ alice, bob, group }: Cast, { texts, fromS, toS }: Outcome): Secret[] {
  const text = (name: string, value: string): Secret => ({ name, bytes: Buffer.from(value) });
  return [
    ...[alice, bob].flatMap(({ owner, account, device }) => [
      { name: `${owner}'s account`, bytes: account.account },
      { name: `${owner}'s X25519 key`, bytes: account.account.subarray(1) },
      { name: `${owner}'s Ed25519 key`, bytes: account.ed25519.publicKey },
      text(`${owner}'s push token`, device.token),
    ]),
    { name: "Alice's push token, as bytes", bytes: Buffer.from(alice.device.token, 'hex') },
    { name: 'the group', bytes: group.account },
    { name: "the group's key", bytes: group.account.subarray(1) },
    ...texts.map((value, index) => text(`message ${index + 1}`, value)),
    ...[alice, bob].flatMap(({ owner, account, namespaces }) =>
      Array.from({ length: toS - fromS + 1 }, (_, second) => ({
        // Ed25519 is deterministic: signing again gives the signature that was sent in that second.
        name: `${owner}'s signature`,
        bytes: account.sign(monitorString(account.account, fromS + second, true, namespaces)),
      })),
    ),
  ];
}
