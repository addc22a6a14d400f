import { type EncType, SERVICES, type Service } from '@push/client';
import { type CommandName, type FlagName, readFlags } from './flags.ts';
import { type Problems, Values } from './values.ts';

export interface RouteSettings {
  readonly relayUrl: string;
  readonly onion: OnionSettings | null;
  /** `null`: what is usual for the route. */
  readonly timeoutMs: number | null;
}

export interface OnionSettings {
  readonly key: string;
  readonly oxendUrl: string;
  readonly nodeScheme: 'https' | 'http';
  readonly encType: EncType;
}

export interface DeviceSettings {
  readonly service: Service;
  /** `null`: one is made up. */
  readonly token: string | null;
}

export type Command = RegisterCommand | UnregisterCommand | StatusCommand;

export interface RegisterCommand {
  readonly name: 'register';
  readonly route: RouteSettings;
  readonly device: DeviceSettings;
  /** `null`: the account is a throw-away. */
  readonly seedFile: string | null;
  readonly namespaces: readonly number[];
  readonly keep: boolean;
  readonly showAccount: boolean;
}

export interface UnregisterCommand {
  readonly name: 'unregister';
  readonly route: RouteSettings;
  readonly device: DeviceSettings;
  readonly seedFile: string;
  readonly showAccount: boolean;
}

export interface StatusCommand {
  readonly name: 'status';
  readonly route: RouteSettings;
}

export type Arguments =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'command'; readonly command: Command }
  /** `command`: the one that was meant, if that much is clear. */
  | { readonly kind: 'problems'; readonly command: CommandName | null; readonly problems: Problems };

/** Reads a command line, and the token file if it names one; all problems at once. */
export function readArguments(args: readonly string[]): Arguments {
  const { command, values: given, problems } = readFlags(args);
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version')) return { kind: 'version' };
  const values = new Values(given, problems);
  const read = readCommand(command ?? 'status', values, given);
  return values.problems.length > 0
    ? { kind: 'problems', command, problems: values.problems }
    : { kind: 'command', command: read };
}

/** Also when nothing else could be understood. */
export function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json');
}

function readCommand(name: CommandName, values: Values, given: ReadonlyMap<FlagName, string>): Command {
  const route = readRoute(values, given);
  if (name === 'status') return { name, route };
  const service = values.oneOf('service', SERVICES, 'firebase');
  const device = { service, token: values.token(service) };
  const seedFile = given.get('seed-file') ?? null;
  const showAccount = given.has('show-account');
  if (showAccount) values.needs('show-account', ['json', 'seed-file']);
  if (name === 'unregister') {
    if (seedFile === null) values.problem('--seed-file is required: the account is made of it');
    return { name, route, device, seedFile: seedFile ?? '', showAccount };
  }
  const keep = given.has('keep');
  if (keep && seedFile !== null) values.problem('--keep is of no use with --seed-file, which keeps it anyway');
  return { name, route, device, seedFile, namespaces: values.namespaces(), keep, showAccount };
}

function readRoute(values: Values, given: ReadonlyMap<FlagName, string>): RouteSettings {
  const relayUrl = values.relayUrl();
  const timeoutMs = values.timeoutMs();
  for (const name of ['oxend', 'node-scheme', 'enc-type'] as const) if (given.has(name)) values.needs(name, ['onion']);
  if (!given.has('onion')) return { relayUrl, timeoutMs, onion: null };
  const onion = {
    key: values.onionKey(),
    oxendUrl: values.oxendUrl(),
    nodeScheme: values.oneOf('node-scheme', ['https', 'http'], 'https'),
    encType: values.oneOf('enc-type', ['xchacha20', 'aes-gcm'], 'xchacha20'),
  };
  return { relayUrl, timeoutMs, onion };
}
