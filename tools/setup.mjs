// Prepares whatever the command after `--` needs, then runs it: Node 24 (when this one is older), the dependencies of the
// lock file, the build (--build) and a redis-server binary (--redis). Plain JavaScript without dependencies, because it runs
// on any Node from 18 on, before anything is installed. Each step is skipped when its result is already there.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tools = join(root, '.tools');
const NODE_VERSION = '24.21.0';
const OLDEST_NODE = [24, 7];

const split = process.argv.indexOf('--');
const flags = new Set(process.argv.slice(2, split === -1 ? undefined : split));
const command = split === -1 ? [] : process.argv.slice(split + 1);

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}

function run(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', ...options });
}

function must(what, program, args, options) {
  const started = Date.now();
  say(`${what} …`);
  const done = run(program, args, options);
  if (done.status !== 0) {
    fail(`${what} failed (${done.error?.code ?? `exit ${done.status}`})\n${done.stdout ?? ''}${done.stderr ?? ''}`);
  }
  say(`${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** The folder of a Node that is new enough: this process's own, or a private one from the npm registry. */
function nodeFolder() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) {
    return join(process.execPath, '..');
  }
  const prefix = join(tools, 'node24');
  const folder = join(prefix, 'node_modules', 'node', 'bin');
  const present = run(join(folder, 'node'), ['-v']);
  if (present.status !== 0 || present.stdout.trim() !== `v${NODE_VERSION}`) {
    mkdirSync(prefix, { recursive: true });
    const install = ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', prefix, `node@${NODE_VERSION}`];
    must(`Node ${NODE_VERSION} (this one is ${process.versions.node})`, 'npm', install);
  }
  return folder;
}

function installDependencies(env) {
  const stamp = join(root, 'node_modules', '.installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  // No install scripts: every native package we use ships its binaries, and nothing should run that nobody read.
  must('dependencies', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { env });
  writeFileSync(stamp, lock);
}

/** Debian's redis-tools holds the server under another name, and installing it starts no service. */
function provideRedis(env) {
  if (run('redis-server', ['--version'], { env }).status === 0) return;
  const multicall = '/usr/bin/redis-check-rdb';
  if (!existsSync(multicall)) {
    if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || process.getuid() !== 0) {
      fail('redis-server (7.0 or newer) is not on the PATH; install it with your package manager and run this again');
    }
    must('package lists', 'apt-get', ['update']);
    must('redis-server', 'apt-get', ['install', '-y', '--no-install-recommends', 'redis-tools'], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const bin = join(tools, 'bin');
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, 'redis-server'))) symlinkSync(multicall, join(bin, 'redis-server'));
  if (run('redis-server', ['--version'], { env }).status !== 0) {
    fail('no redis-server could be set up; install Redis 7.0 or newer and run this again');
  }
}

const env = { ...process.env };
env.PATH = [nodeFolder(), join(root, 'node_modules', '.bin'), join(tools, 'bin'), process.env.PATH].join(delimiter);
installDependencies(env);
if (flags.has('--redis')) provideRedis(env);
if (flags.has('--build'))
  must('build', 'node', [join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc'), '-b'], { env });

if (command.length > 0) {
  const ran = spawn(command[0], command.slice(1), { cwd: root, stdio: 'inherit', env });
  ran.once('error', (error) => fail(`${command[0]} could not be started (${error.code})`));
  // Whoever stops this stops what it started. A terminal or a service manager tells both, and being told twice does no harm.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => ran.kill(signal));
  ran.once('exit', (code) => process.exit(code ?? 1));
}
