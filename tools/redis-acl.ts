import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One per app, and the operator, who may do everything. */
export const REDIS_USERS = ['relay', 'watcher', 'dispatcher', 'operator'] as const;
export type RedisUser = (typeof REDIS_USERS)[number];

const TEMPLATE = new URL('../deploy/redis/users.acl.template', import.meta.url);

/** The ACL file of deploy/, with the SHA-256 of each user's password in its place. */
export function renderAcl(passwords: Readonly<Record<RedisUser, string>>): string {
  return readFileSync(TEMPLATE, 'utf8').replaceAll(/\{(\w+)\}/g, (_, name) => {
    const user = REDIS_USERS.find((known) => known === name);
    if (user === undefined) throw new Error('users.acl.template names an unknown user');
    return `#${createHash('sha256').update(passwords[user]).digest('hex')}`;
  });
}

export function randomPasswords(): Record<RedisUser, string> {
  const random = (): string => randomBytes(18).toString('base64url');
  return { relay: random(), watcher: random(), dispatcher: random(), operator: random() };
}
