import { randomUUID } from 'node:crypto';
import type { Agent } from 'node:https';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging } from 'firebase-admin/messaging';
import type { Bearer } from './bearer-source.ts';

export interface MessagingOptions {
  readonly projectId: string;
  readonly agent: Agent;
  readonly requestBearer: () => Promise<Bearer>;
}

/** An instance of firebase-admin's messaging with a bearer cache of its own. */
export interface OpenMessaging {
  readonly messaging: Messaging;
  close(): Promise<void>;
}

export function openMessaging({ projectId, agent, requestBearer }: MessagingOptions): OpenMessaging {
  const options = { projectId, httpAgent: agent, credential: { getAccessToken: requestBearer } };
  const app = initializeApp(options, `push-${randomUUID()}`);
  const messaging = getMessaging(app);
  switchOffRetries(messaging);
  return { messaging, close: () => deleteApp(app) };
}

/**
 * Without this the library tries again, up to four times and within one call, after 503, a lost connection or a time-out.
 * Retrying is the queue's business. There is no setting for it.
 */
function switchOffRetries(messaging: Messaging): void {
  const { messagingRequestHandler } = messaging as unknown as {
    readonly messagingRequestHandler?: { readonly httpClient?: { retry?: unknown } };
  };
  const client = messagingRequestHandler?.httpClient;
  if (client?.retry === undefined) throw new TypeError('this version of firebase-admin is not supported');
  client.retry = null;
}
