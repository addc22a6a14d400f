import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { z } from 'zod';

export type Environment = { readonly [name: string]: string | undefined };

/** One thing wrong with the configuration. `problem` names what is expected and never repeats the value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

export type ConfigResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads the variables that `schema` names, all problems at once. An empty variable counts as unset. */
export function readEnvironment<T>(schema: z.ZodType<T>, environment: Environment): ConfigResult<T> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    problems: parsed.error.issues.map((issue) => ({
      variable: String(issue.path[0] ?? 'environment'),
      problem:
        issue.code === 'invalid_type' && given[String(issue.path[0])] === undefined ? 'is required' : issue.message,
    })),
  };
}

/** Exit status for unusable configuration (EX_CONFIG of sysexits). */
export const EXIT_CONFIG = 78;

const wholeNumber = (what: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be ${what}: a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be ${what}: a whole number from ${least} to ${most}`);

export const env = {
  /** TCP port; 0 takes a free one. */
  port: (initial: number) => wholeNumber('a port', 0, 65_535).default(initial),
  host: (initial: string) =>
    z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be a host name or an IP address')
      .default(initial),
  milliseconds: (initial: number, most = 86_400_000) => wholeNumber('milliseconds', 0, most).default(initial),
  count: (initial: number, { least = 0, most = 1_000_000_000 }: { least?: number; most?: number } = {}) =>
    wholeNumber('a count', least, most).default(initial),
  logLevel: () =>
    z
      .enum(['debug', 'info', 'warn', 'error', 'silent'], 'must be one of debug, info, warn, error, silent')
      .default('info'),
  url: (...protocols: string[]) =>
    z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      message: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      abort: true,
    }),
  /** Scheme, host and port, for whoever adds the path. */
  origin: (...protocols: string[]) =>
    env.url(...protocols).refine(hasOnlyOrigin, 'must end after host and port: no user, path, query or fragment'),
  /** A comma list of `values`, each once. */
  listOf: <const V extends string>(values: readonly V[]) =>
    z
      .string()
      .transform((text) =>
        text
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      )
      .refine((items) => items.length > 0 && items.every((item) => (values as readonly string[]).includes(item)), {
        message: `must be a comma-separated list of ${values.join(', ')}`,
      })
      .transform((items) => [...new Set(items)] as V[]),
  /** A path to a readable file; the value becomes `{ path, read() }`, so that a changed file can be read again. */
  file: () => z.string().transform((path, context) => readable(path, false, context)),
  /** The same for a secret: refused when anyone but its owner or group may read or write it. */
  secretFile: () => z.string().transform((path, context) => readable(path, true, context)),
};

function hasOnlyOrigin(text: string): boolean {
  const { username, password, pathname, search, hash } = new URL(text);
  return pathname === '/' && username + password + search + hash === '';
}

export interface ConfigFile {
  readonly path: string;
  read(): Buffer;
}

function readable(path: string, isSecret: boolean, context: z.RefinementCtx): ConfigFile {
  const refuse = (message: string): void => {
    context.addIssue({ code: 'custom', message });
  };
  try {
    const stat = statSync(path);
    accessSync(path, constants.R_OK);
    if (!stat.isFile()) refuse('must name a file');
    else if (isSecret && (stat.mode & 0o027) !== 0) {
      refuse('names a secret file that others may read or its group may write; use mode 0600 or 0640');
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    refuse(code === 'ENOENT' ? 'names a file that does not exist' : 'names a file that cannot be read');
  }
  return { path, read: () => readFileSync(path) };
}
