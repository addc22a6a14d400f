import type { ClientHttp2Session } from 'node:http2';
import { Notification, Provider, type ProviderOptions } from '@parse/node-apn';
import type { PushRequest } from '@push/dispatch';
import { readLibraryAnswer } from './library-answer.ts';
import { type ApnsAnswer, NO_ANSWER } from './verdict.ts';

/** What we need of node-apn beside its documented interface. Checked when a connection is made. */
interface LibraryClient {
  /** The connection, perhaps ended. */
  readonly session?: ClientHttp2Session;
  /** Makes a new connection, once for all who ask meanwhile; resolves before it stands. */
  connect(): Promise<void>;
  setLogger(log: SilentLog, logErrors: SilentLog): void;
}

interface SilentLog {
  (): void;
  enabled: boolean;
}

/** One HTTP/2 connection to APNs, opened by the first push and again whenever it was lost. */
export interface ApnsConnection {
  push(request: PushRequest, notice: { readonly topic: string; readonly payload: unknown }): Promise<ApnsAnswer>;
  /** Replaces the connection if nothing has been answered on it since `sinceMs` (`performance.now()`). */
  replaceIfSilent(sinceMs: number): void;
  close(): Promise<void>;
}

/** Makes iOS show one notice, the newest, however many wakeups came while the phone was away. */
const COLLAPSE_ID = 'wakeup';

/** Throws when the credentials cannot be used at all. */
export function openApnsConnection(options: ProviderOptions): ApnsConnection {
  const provider = new Provider(options);
  const client = libraryClient(provider);
  const silent: SilentLog = Object.assign(() => {}, { enabled: false });
  client.setLogger(silent, silent);
  const settings = new WeakMap<ClientHttp2Session, Promise<boolean>>();
  let answeredAtMs = Number.NEGATIVE_INFINITY;

  /**
   * A connection whose peer has said how many streams it allows. Without waiting for that, a burst on a new connection
   * goes out at once and all but one of its pushes are refused: APNs allows one stream until it has seen a credential.
   */
  const settled = async (): Promise<boolean> => {
    if (client.session === undefined || client.session.closed || client.session.destroyed) await client.connect();
    const { session } = client;
    if (session === undefined) return false;
    const known = settings.get(session) ?? firstSettings(session);
    settings.set(session, known);
    return known;
  };

  return {
    push: async ({ token, wakeupUuid, expiresAtS }, { topic, payload }) => {
      if (!(await settled())) return NO_ANSWER;
      const notification = new Notification();
      Object.assign(notification, {
        topic,
        pushType: 'alert',
        priority: 10,
        expiry: expiresAtS,
        collapseId: COLLAPSE_ID,
        id: wakeupUuid,
        // Nothing is added to a raw payload; it is serialised as it stands.
        rawPayload: payload,
      });
      const answer = readLibraryAnswer(await provider.send(notification, Buffer.from(token).toString('hex')));
      if (answer.status !== null) answeredAtMs = performance.now();
      return answer;
    },
    replaceIfSilent: (sinceMs) => {
      if (answeredAtMs < sinceMs) client.session?.destroy(new Error('gave up on a silent connection'));
    },
    close: async () => {
      const { session } = client;
      // Stops the library's timers at once; its own wait for the peer to close may never end.
      void provider.shutdown();
      if (session === undefined || session.destroyed) return;
      const closed = new Promise<void>((resolve) => session.once('close', resolve));
      session.destroy();
      await closed;
    },
  };
}

/** Whether the peer's first SETTINGS came before the end of the connection. One met later on has them already. */
function firstSettings(session: ClientHttp2Session): Promise<boolean> {
  if (!session.connecting) return Promise.resolve(true);
  return new Promise((resolve) => {
    session.once('remoteSettings', () => resolve(true));
    session.once('close', () => resolve(false));
  });
}

function libraryClient(provider: Provider): LibraryClient {
  const { client } = provider as unknown as { readonly client?: Partial<LibraryClient> };
  if (typeof client?.setLogger !== 'function' || typeof client.connect !== 'function')
    throw new TypeError('this version of @parse/node-apn is not supported');
  return client as LibraryClient;
}
