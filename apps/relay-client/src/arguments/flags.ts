import { parseArgs } from 'node:util';

export type CommandName = 'register' | 'unregister' | 'status';

const ROUTE = ['relay', 'onion', 'oxend', 'node-scheme', 'enc-type', 'timeout-ms', 'json'] as const;
const DEVICE = ['service', 'token', 'token-file', 'seed-file', 'show-account'] as const;
const TYPES = {
  relay: 'string',
  onion: 'string',
  oxend: 'string',
  'node-scheme': 'string',
  'enc-type': 'string',
  'timeout-ms': 'string',
  json: 'boolean',
  service: 'string',
  token: 'string',
  'token-file': 'string',
  'seed-file': 'string',
  'show-account': 'boolean',
  namespaces: 'string',
  keep: 'boolean',
  help: 'boolean',
  version: 'boolean',
} as const;
export type FlagName = keyof typeof TYPES;

const FLAGS_OF: { readonly [C in CommandName]: readonly FlagName[] } = {
  register: [...ROUTE, ...DEVICE, 'namespaces', 'keep'],
  unregister: [...ROUTE, ...DEVICE],
  status: ROUTE,
};

export interface Flags {
  readonly command: CommandName | null;
  /** Of the flags that were given with a value; `''` for switches. */
  readonly values: ReadonlyMap<FlagName, string>;
  /** Everything about the form of the command line that is wrong. No value is repeated: it may be a token. */
  readonly problems: readonly string[];
}

/** Takes a command line apart. */
export function readFlags(args: readonly string[]): Flags {
  const options = Object.fromEntries(Object.entries(TYPES).map(([name, type]) => [name, { type }]));
  const parsed = parseArgs({
    args: [...args],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  });
  const values = new Map<FlagName, string>();
  const problems: string[] = [];
  const words: string[] = [];
  for (const token of parsed.tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, value, inlineValue } = token;
    const problem = isFlag(name) ? problemWith(name, value, inlineValue, values) : 'is not an option';
    if (problem !== null) problems.push(`${shown(name)} ${problem}`);
    if (isFlag(name)) values.set(name, TYPES[name] === 'string' ? (value ?? '') : '');
  }
  const [word, ...more] = words;
  const command = isCommand(word) ? word : null;
  if (command === null) problems.unshift('the first word must be one of register, unregister, status');
  if (more.length > 0) problems.push('there is a word too many (a value with spaces needs quotes)');
  const strange = command === null ? [] : [...values.keys()].filter((name) => !isKnownTo(command, name));
  return { command, values, problems: [...problems, ...strange.map((name) => `--${name} is of no use to ${command}`)] };
}

function problemWith(
  name: FlagName,
  value: string | undefined,
  isInline: boolean | undefined,
  before: ReadonlyMap<FlagName, string>,
): string | null {
  if (before.has(name)) return 'is given twice';
  if (TYPES[name] === 'boolean') return value === undefined ? null : 'takes no value';
  if (value === undefined || value === '') return 'needs a value';
  return isInline !== true && value.startsWith('-') ? `needs a value (--${name}=… if it begins with a dash)` : null;
}

function isFlag(name: string): name is FlagName {
  return Object.hasOwn(TYPES, name);
}

function isCommand(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(FLAGS_OF, word);
}

function isKnownTo(command: CommandName, name: FlagName): boolean {
  return name === 'help' || name === 'version' || FLAGS_OF[command].includes(name);
}

/** What does not look like an option may be a token after a slip of the finger. */
function shown(name: string): string {
  return /^[a-z][a-z-]{0,19}$/.test(name) ? `${name.length === 1 ? '-' : '--'}${name}` : 'something after a dash';
}
