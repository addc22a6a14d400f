import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, writeSecretFiles } from '../certificate/authority.ts';
import { BehaviourBook, type BehaviourRule } from '../push/behaviour-book.ts';
import { startControlServer } from '../push/control-server.ts';
import type { Push } from '../push/push.ts';
import { type NextOptions, PushLog } from '../push/push-log.ts';
import { startListener } from './listener.ts';
import { type ApnsBehaviour, readApnsBehaviour } from './reaction.ts';

export interface ApnsStubOptions {
  /** Where keys and certificates are written. Default: a temporary folder, removed at the end. */
  readonly dir?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Host names and addresses in the certificate; the first one is in `url`. Default: localhost, 127.0.0.1. */
  readonly names?: readonly string[];
  /** Default: a free port. */
  readonly port?: number;
  /** Always on loopback. Default: a free port. */
  readonly controlPort?: number;
  /** The only topic it serves. */
  readonly topic?: string;
  /** Streams a connection may open once a credential was accepted; before that, one. Default 1,000, like Apple's. */
  readonly maxConcurrentStreams?: number;
}

export interface ApnsStub extends AsyncDisposable {
  readonly url: string;
  readonly controlUrl: string;
  /** What a dispatcher needs to use this stub with a signing key, as its environment variables. */
  readonly environment: { readonly [name: string]: string };
  /** The same for a client certificate. */
  readonly certificateEnvironment: { readonly [name: string]: string };
  /** Everything accepted, oldest first. */
  readonly pushes: readonly Push[];
  /** Requests seen, in order or not: hidden retries show here. */
  readonly requestCount: number;
  /** Connections made so far. */
  readonly connectionCount: number;
  readonly openConnectionCount: number;
  /** How a stub phone hears of a wakeup; tokens in lowercase hexadecimal. */
  nextPush(token: string, options?: NextOptions): Promise<Push | null>;
  behave(rule: BehaviourRule<ApnsBehaviour>): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Marks certificates for the sandbox and the production environment. */
const APPLE_OIDS = ['1.2.840.113635.100.6.3.1', '1.2.840.113635.100.6.3.2'];
const KEY_ID = 'STUBKEY001';
const TEAM_ID = 'STUBTEAM01';

/** Apple's push service: HTTP/2 over TLS, credentials by key or certificate, answers as Apple words them. */
export async function startApnsStub(options: ApnsStubOptions = {}): Promise<ApnsStub> {
  const { host = '127.0.0.1', names = ['localhost', '127.0.0.1'], topic = 'org.example.session' } = options;
  await using resources = new AsyncDisposableStack();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'push-apns-stub-'));
  if (options.dir === undefined) resources.defer(() => rmSync(dir, { recursive: true, force: true }));

  const authority = await createAuthority('APNs stub CA');
  const server = await authority.issueServer(names);
  const client = await authority.issueClient(`Apple Push Services: ${topic}`, APPLE_OIDS);
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files = writeSecretFiles(dir, {
    'apns-ca.pem': authority.certificate,
    'apns-key.p8': signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'apns-client.pem': client.certificate,
    'apns-client-key.pem': client.key,
  });

  const log = new PushLog();
  const book = new BehaviourBook<ApnsBehaviour>();
  const listener = await startListener({
    server,
    clientCa: authority.certificate,
    host,
    port: options.port ?? 0,
    maxConcurrentStreams: options.maxConcurrentStreams ?? 1_000,
    rules: { publicKey: signing.publicKey, keyId: KEY_ID, teamId: TEAM_ID },
    topic,
    log,
    book,
  });
  resources.use(listener);
  const behave = (rule: BehaviourRule<ApnsBehaviour>): void => book.set(rule);
  const control = await startControlServer({
    host: '127.0.0.1',
    port: options.controlPort ?? 0,
    log,
    readBehaviour: readApnsBehaviour,
    behave,
  });
  resources.use(control);

  const url = `https://${names[0]}:${listener.port}`;
  const endpoint = { APNS_URL: url, APNS_CA_FILE: files['apns-ca.pem'], APNS_TOPIC: topic };
  const running = resources.move();
  return {
    url,
    controlUrl: control.url,
    environment: {
      ...endpoint,
      APNS_KEY_FILE: files['apns-key.p8'],
      APNS_KEY_ID: KEY_ID,
      APNS_TEAM_ID: TEAM_ID,
    },
    certificateEnvironment: {
      ...endpoint,
      APNS_CERT_FILE: files['apns-client.pem'],
      APNS_CERT_KEY_FILE: files['apns-client-key.pem'],
    },
    get pushes() {
      return log.since(0);
    },
    get requestCount() {
      return listener.counts.requests;
    },
    get connectionCount() {
      return listener.counts.connections;
    },
    get openConnectionCount() {
      return listener.counts.open;
    },
    nextPush: (token, next) => log.next(token, next),
    behave,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
