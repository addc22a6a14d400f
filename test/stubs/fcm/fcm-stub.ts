import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, writeSecretFiles } from '../certificate/authority.ts';
import { BehaviourBook, type BehaviourRule } from '../push/behaviour-book.ts';
import { startControlServer } from '../push/control-server.ts';
import type { Push } from '../push/push.ts';
import { type NextOptions, PushLog } from '../push/push-log.ts';
import { startListener } from './listener.ts';
import { type FcmBehaviour, readFcmBehaviour } from './reaction.ts';
import { createServiceAccount } from './service-account.ts';
import { type Grant, TokenEndpoint } from './token-endpoint.ts';

export interface FcmStubOptions {
  /** Where the service account and the CA are written. Default: a temporary folder, removed at the end. */
  readonly dir?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Host names and addresses in the certificate; the first one is in `url`. Default: localhost, 127.0.0.1. */
  readonly names?: readonly string[];
  /** Default: a free port. */
  readonly port?: number;
  /** Always on loopback. Default: a free port. */
  readonly controlPort?: number;
  /** The only project it serves. */
  readonly projectId?: string;
  /** How long a bearer is good. Default 3,599, as Google's. */
  readonly bearerLifetimeS?: number;
}

export interface FcmStub extends AsyncDisposable {
  readonly url: string;
  readonly tokenUrl: string;
  readonly controlUrl: string;
  /** What a dispatcher needs to use this stub, as its environment variables. */
  readonly environment: { readonly [name: string]: string };
  /** Everything accepted, oldest first. */
  readonly pushes: readonly Push[];
  /** Bearers given out, oldest first. */
  readonly grants: readonly Grant[];
  /** Requests to send seen, in order or not: hidden retries show here. */
  readonly requestCount: number;
  /** Connections made so far. */
  readonly connectionCount: number;
  readonly openConnectionCount: number;
  /** How a stub phone hears of a wakeup. */
  nextPush(token: string, options?: NextOptions): Promise<Push | null>;
  behave(rule: BehaviourRule<FcmBehaviour>): void;
  /** From now on no bearer that was given out is accepted. */
  revokeBearers(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Google's push service with its OAuth endpoint: credentials by service account, answers as Google words them. */
export async function startFcmStub(options: FcmStubOptions = {}): Promise<FcmStub> {
  const { host = '127.0.0.1', names = ['localhost', '127.0.0.1'], projectId = 'session-stub' } = options;
  await using resources = new AsyncDisposableStack();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'push-fcm-stub-'));
  if (options.dir === undefined) resources.defer(() => rmSync(dir, { recursive: true, force: true }));

  const authority = await createAuthority('FCM stub CA');
  const log = new PushLog();
  const book = new BehaviourBook<FcmBehaviour>();
  let tokenEndpoint: TokenEndpoint;
  const listener = await startListener({
    host,
    port: options.port ?? 0,
    server: await authority.issueServer(names),
    projectId,
    tokenEndpoint: () => tokenEndpoint,
    log,
    book,
  });
  resources.use(listener);
  const url = `https://${names[0]}:${listener.port}`;
  const tokenUrl = `${url}/token`;
  const account = await createServiceAccount(projectId, tokenUrl);
  tokenEndpoint = new TokenEndpoint(account, options.bearerLifetimeS ?? 3_599);
  const files = writeSecretFiles(dir, {
    'fcm-ca.pem': authority.certificate,
    'fcm-service-account.json': JSON.stringify(account.account, null, 2),
  });
  const behave = (rule: BehaviourRule<FcmBehaviour>): void => book.set(rule);
  const control = await startControlServer({
    host: '127.0.0.1',
    port: options.controlPort ?? 0,
    log,
    readBehaviour: readFcmBehaviour,
    behave,
  });
  resources.use(control);

  const running = resources.move();
  return {
    url,
    tokenUrl,
    controlUrl: control.url,
    environment: {
      FCM_SERVICE_ACCOUNT_FILE: files['fcm-service-account.json'],
      FCM_URL: url,
      FCM_TOKEN_URL: tokenUrl,
      FCM_CA_FILE: files['fcm-ca.pem'],
    },
    get pushes() {
      return log.since(0);
    },
    get grants() {
      return tokenEndpoint.grants;
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
    revokeBearers: () => tokenEndpoint.revokeAll(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
