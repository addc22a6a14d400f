import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';
import { randomPasswords, type RedisUser, renderAcl } from './redis-acl.ts';

const CONFIG = fileURLToPath(new URL('../deploy/redis/redis.conf', import.meta.url));

export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Where its append-only file, dump, ACL file and log are. */
  readonly dir: string;
  /** URL with the user and password of one app, or of the operator who may do everything. */
  urlFor(user: RedisUser): string;
  /** The user's password, for `REDIS_PASSWORD_FILE`. */
  passwordOf(user: RedisUser): string;
  /** Ends the server at once (SIGKILL by default), keeping its data. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port with the data it had. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RedisServerOptions {
  /** Keeps every write in an append-only file, synced each time. Default: nothing is kept. */
  readonly appendOnly?: boolean;
  /** Where to keep data; a folder given is left alone at the end. Default: a temporary one, removed at the end. */
  readonly dir?: string;
  readonly port?: number;
  /** Default: random ones. */
  readonly passwords?: Readonly<Record<RedisUser, string>>;
  /** How often the append-only file is synced. Default: always. */
  readonly appendFsync?: 'always' | 'everysec';
  /** Makes it a node of a Redis Cluster that the other nodes reach on this port. Default: a server by itself. */
  readonly clusterPort?: number;
}

/** A private redis-server on a free loopback port, with the settings and the ACL users that are shipped in deploy/. */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'push-redis-'));
  const port = options.port ?? (await freePort());
  const passwords = options.passwords ?? randomPasswords();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, 'users.acl'), renderAcl(passwords), { mode: 0o600 });
  let child: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    const flags = [
      ['--port', String(port)],
      ['--bind', '127.0.0.1'],
      ['--dir', dir],
      ['--aclfile', join(dir, 'users.acl')],
      ['--logfile', join(dir, 'redis.log')],
      ['--appendonly', options.appendOnly ? 'yes' : 'no'],
      ['--appendfsync', options.appendFsync ?? 'always'],
      ['--daemonize', 'no'],
      options.clusterPort === undefined ? [] : ['--cluster-enabled', 'yes', '--cluster-port', `${options.clusterPort}`],
    ].flat();
    child = spawn('redis-server', [CONFIG, ...flags], { stdio: 'ignore' });
    endWithUs(child);
    await listening(port, child);
  };
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };

  await start();
  return {
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    dir,
    passwordOf: (user) => passwords[user],
    urlFor: (user) => `redis://${user}:${passwords[user]}@127.0.0.1:${port}`,
    start,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A loopback port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(new Error(`redis-server: ${error.code ?? 'failed'}`)));
    child.once('exit', (code) => reject(new Error(`redis-server ended with status ${code}; see its redis.log`)));
  });
  failure.catch(() => {});
  const answered = async (): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (performance.now() < deadline) {
      if (await answersPing(port)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('redis-server did not answer within 10 s');
  };
  await Promise.race([answered(), failure]);
}

/** An unauthenticated server answers PING with an error; while it loads its data it says LOADING. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(!data.toString('latin1').includes('LOADING'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
