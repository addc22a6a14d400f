import {
  accountFromSeed,
  createRelayClient,
  type Device,
  RelayError,
  type RelayClient,
  type Signer,
} from '@push/client';
import { randomBytes } from 'node:crypto';
import type { RegisterCommand } from '../arguments/read-arguments.ts';
import { madeUpToken } from '../made-up-token.ts';
import { mayHaveArrived } from '../may-have-arrived.ts';
import { openRoute, routeKind } from '../network/route.ts';
import { type Facts, failed, type Failed, failedWith, refusedWith, type Report } from '../report.ts';
import { createSeedFile, readSeedFile } from '../seed-file.ts';
import { stopwatch } from '../stopwatch.ts';

/** Registers a device, and for a throw-away account unregisters it again. */
export async function register(command: RegisterCommand): Promise<Report> {
  const { seedFile, namespaces, showAccount } = command;
  const account = seedFile === null ? THROW_AWAY : openAccount(seedFile);
  if (typeof account === 'string') return failed('usage', account, { problems: [account] });
  const signer = accountFromSeed(account.seed ?? randomBytes(32));
  const token = command.device.token ?? madeUpToken(command.device.service, account.seed);
  const device = { service: command.device.service, token };

  const facts = {
    route: routeKind(command.route),
    service: device.service,
    tokenIsMadeUp: command.device.token === null,
    accountIsThrowAway: account.seed === null,
    seedFileCreated: account.isNew,
    ...(showAccount && { account: signer.account }),
  };
  const elapsedMs = stopwatch();
  try {
    const route = await openRoute(command.route);
    const client = createRelayClient({ transport: route.transport });
    const sinceReadyMs = stopwatch();
    const [outcome] = await client.subscribe([{ signer, namespaces }], device);
    const told = { ...facts, tookMs: sinceReadyMs() };
    if (outcome?.kind !== 'registered') return outcome === undefined ? NO_OUTCOME : refusedWith(outcome, told);
    const verb = outcome.isNew ? 'added' : 'updated';
    const line = `The relay registered the device: ${verb}, in ${told.tookMs} ms, ${route.words}.`;
    const before = { lines: [line, ...remarks(command, account)], facts: { ...told, outcome: verb } };
    return await finish(command, client, signer, device, before);
  } catch (error) {
    const report = failedWith(error, { way: command.route, facts: { ...facts, tookMs: elapsedMs() } });
    const isLeft = seedFile === null && error instanceof RelayError && mayHaveArrived(error);
    return isLeft
      ? staying(report, 'if it arrived all the same, the registration of the throw-away account stays')
      : report;
  }
}

interface Account {
  /** `null`: one that nobody will have again. */
  readonly seed: Uint8Array | null;
  readonly isNew: boolean;
}

const THROW_AWAY: Account = { seed: null, isNew: false };
const NO_OUTCOME = failed('unreadable', 'the relay did not say what became of the registration');

/** The account of the file, which is created if there is none; or what is wrong with the file. */
function openAccount(path: string): Account | string {
  const found = readSeedFile(path);
  const file = found.kind === 'absent' ? createSeedFile(path) : found;
  if (file.kind === 'seed') return { seed: file.seed, isNew: found.kind === 'absent' };
  return file.kind === 'unusable' ? file.problem : '--seed-file names a file that comes and goes';
}

function remarks({ device, seedFile }: RegisterCommand, { isNew }: Account): readonly string[] {
  return [
    ...(isNew ? [`A new account was made; its seed is in ${seedFile}.`] : []),
    ...(device.token === null ? ['The token is made up: nobody will be woken by this registration.'] : []),
  ];
}

interface Achieved {
  readonly lines: readonly string[];
  readonly facts: Facts;
}

/** The key of a throw-away account is gone when this program ends. */
function staying({ message, facts, ...report }: Failed, what: string): Failed {
  const line = `${what} for up to 14 days: nobody can end it`;
  return { ...report, message: `${message}\n${line}`, facts: { ...facts, registrationMayStay: true } };
}

async function finish(
  { seedFile, keep, route: way }: RegisterCommand,
  client: RelayClient,
  signer: Signer,
  device: Device,
  { lines, facts }: Achieved,
): Promise<Report> {
  if (seedFile !== null) return { ok: true, lines, facts };
  if (keep) {
    const line = 'The account is a throw-away: nobody can end this registration, and it ends by itself after 14 days.';
    return { ok: true, lines: [...lines, line], facts: { ...facts, unregistered: false } };
  }
  const before = 'registered, but not unregistered again: ';
  const left = { ...facts, unregistered: false };
  const mayStay = (report: Failed): Failed => staying(report, 'the registration of the throw-away account may stay');
  try {
    const [outcome] = await client.unsubscribe([signer], device);
    if (outcome?.kind === 'refused') return mayStay(refusedWith(outcome, left, before));
    if (outcome?.wasThere !== true) {
      return mayStay(failed('unreadable', `${before}the relay says that nothing was there`, left));
    }
  } catch (error) {
    return mayStay(failedWith(error, { way, facts: left, before }));
  }
  const line = 'The account was a throw-away, and is unregistered again.';
  return { ok: true, lines: [...lines, line], facts: { ...facts, unregistered: true } };
}
