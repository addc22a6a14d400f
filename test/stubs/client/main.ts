/**
 * A phone on the command line: `node test/stubs/client/main.ts <command> --seed <64 hex> …`, printing JSON lines.
 *
 *   account     prints the Session ID
 *   register    --relay URL --service apns --token T [--style ios|android]; so does unregister
 *               --onion <64 hex> [--enc-type xchacha20]: the relay's onion key; goes there through three nodes
 *   send        --text T [--to <Session ID>] [--namespace N] [--ttl-ms N]; without --to, to the group
 *   poll        prints what lies in the mailboxes
 *   watch       fast mode, --control URL --token T: fetches on every wakeup; slow mode, --every-ms N: fetches by itself
 *
 * All but `account` take --oxend URL. --group-seed <64 hex> makes the phone a member of that group.
 */
import { setTimeout } from 'node:timers/promises';
import { fromHex } from '../wire/bytes.ts';
import { ENC_TYPES } from '../wire/onion-cipher.ts';
import { flags, wholeNumber } from '../wire/process.ts';
import { groupFromSeed, join, type Membership } from './group.ts';
import { accountFromSeed } from './mailbox-key.ts';
import type { RelayRoute } from './registration.ts';
import { StubClient } from './stub-client.ts';
import { waitForWakeup } from './wakeup.ts';

const names =
  'seed oxend group-seed style relay onion enc-type service token to text namespace ttl-ms control every-ms';
const given: Readonly<Record<string, string | undefined>> = flags(names.split(' '));

try {
  await run(process.argv[2] ?? '');
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function run(command: string): Promise<void> {
  const account = accountFromSeed(seedOf('seed'));
  const groups = given['group-seed'] === undefined ? [] : [join(groupFromSeed(seedOf('group-seed')), account)];
  if (command === 'account') {
    print({ sessionId: account.sessionId, groups: groups.map(({ groupId }) => groupId) });
    return;
  }
  const style = given['style'] === 'android' ? 'android' : 'ios';
  const phone = new StubClient({ account, groups, style, oxendUrl: required('oxend') });
  switch (command) {
    case 'register':
      for (const answer of await phone.register(relay(), device())) print(answer);
      break;
    case 'unregister':
      for (const answer of await phone.unregister(relay(), device())) print(answer);
      break;
    case 'send':
      print({ hash: await send(phone, groups[0]) });
      break;
    case 'poll':
      for (const received of await phone.poll()) print(received);
      break;
    case 'watch':
      await watch(phone);
      break;
    default:
      throw new Error('commands: account register unregister send poll watch');
  }
}

function send(phone: StubClient, group: Membership | undefined): Promise<string> {
  const options = {
    ...(given['namespace'] !== undefined && { namespace: Number(given['namespace']) }),
    ...(given['ttl-ms'] !== undefined && { ttlMs: wholeNumber(given['ttl-ms'], 0) }),
  };
  if (given['to'] !== undefined) return phone.send(given['to'], required('text'), options);
  if (group === undefined) throw new Error('--to or --group-seed is required');
  return phone.sendToGroup(group, required('text'), options);
}

/** Until the process is ended. */
async function watch(phone: StubClient): Promise<never> {
  for (let after = 0; ; ) {
    for (const received of await phone.poll()) print(received);
    if (given['every-ms'] !== undefined) await setTimeout(wholeNumber(given['every-ms'], 0));
    else {
      const wakeup = await waitForWakeup(required('control'), required('token'), { after, timeoutMs: 600_000 });
      if (wakeup !== null) print({ wakeup: wakeup.seq, receivedAtMs: wakeup.receivedAtMs });
      after = wakeup?.seq ?? after;
    }
  }
}

/** Directly, or through nodes when the relay's onion key is given. */
function relay(): RelayRoute {
  const relayUrl = required('relay');
  const onionKey = given['onion'];
  if (onionKey === undefined) return relayUrl;
  if (fromHex(onionKey, 32) === null) throw new Error('--onion takes 64 hex digits');
  const route = { relayUrl, onionKey, oxendUrl: required('oxend') };
  if (given['enc-type'] === undefined) return route;
  const encType = ENC_TYPES.find((name) => name === given['enc-type']);
  if (encType === undefined) throw new Error(`--enc-type takes one of ${ENC_TYPES.join(', ')}`);
  return { ...route, encType };
}

function device(): { service: string; token: string } {
  return { service: required('service'), token: required('token') };
}

function seedOf(name: string): Buffer {
  const seed = fromHex(required(name), 32);
  if (seed === null) throw new Error(`--${name} takes 64 hex digits`);
  return seed;
}

function required(name: string): string {
  const value = given[name];
  if (value === undefined) throw new Error(`--${name} is required`);
  return value;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
