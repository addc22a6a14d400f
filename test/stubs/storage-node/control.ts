import { type HttpAnswer, type HttpRequest, json, objectIn } from '../wire/http-server.ts';
import { fromHex } from '../wire/bytes.ts';
import type { Mailbox } from './mailbox.ts';
import { NOTIFY_MODES, type Notifier } from './notifier.ts';
import type { OnionRouter, OnionStats } from './onion-router.ts';
import type { AnswerMode } from './omq-listener.ts';
import type { OutboxCounts } from './outbox.ts';
import type { Subscriptions } from './subscriptions.ts';

/** The listener's modes, and `refuse`: every `monitor.messages` entry gets error 4. */
export const ANSWER_MODES = ['honest', 'silent', 'garbage', 'forbidden', 'not-a-service-node', 'refuse'] as const;
export type NodeAnswerMode = AnswerMode | 'refuse';

export interface NodeControls {
  readonly subscriptions: Subscriptions;
  readonly mailbox: Mailbox;
  readonly notifier: Notifier;
  readonly onion: OnionRouter;
  readonly counts: Readonly<OutboxCounts>;
  answers: NodeAnswerMode;
  /** Asks oxend for news at once. */
  refresh(): Promise<void>;
}

export interface NodeStats {
  readonly answers: NodeAnswerMode;
  readonly notify: string;
  readonly subscriptions: number;
  readonly messages: number;
  /** Reports handed to the socket. */
  readonly notified: number;
  readonly frames: Readonly<OutboxCounts>;
  readonly onion: OnionStats;
}

export const statsOf = (controls: NodeControls): NodeStats => ({
  answers: controls.answers,
  notify: controls.notifier.mode,
  subscriptions: controls.subscriptions.count,
  messages: controls.mailbox.count,
  notified: controls.notifier.notified,
  frames: { ...controls.counts },
  onion: controls.onion.stats,
});

/**
 * `GET /control/stats` · `POST /control/answers` (`{mode}`) · `POST /control/notify` (`{mode}`) ·
 * `POST /control/forget` (all subscriptions) · `POST /control/broadcast` (`{hex}`: a `notify.message` body for every
 * subscriber) · `POST /control/refresh`. Every answer is the stats afterwards, or 400 with `error`.
 */
export async function control(controls: NodeControls, { method, path, body }: HttpRequest): Promise<HttpAnswer> {
  const error = await problemWith(controls, `${method} ${path}`, objectIn(body) ?? {});
  return error === null ? json(200, statsOf(controls)) : json(400, { error });
}

async function problemWith(
  controls: NodeControls,
  call: string,
  body: Readonly<Record<string, unknown>>,
): Promise<string | null> {
  switch (call) {
    case 'GET /control/stats':
      return null;
    case 'POST /control/answers': {
      const mode = ANSWER_MODES.find((name) => name === body['mode']);
      controls.answers = mode ?? controls.answers;
      return mode === undefined ? `mode is one of ${ANSWER_MODES.join(', ')}` : null;
    }
    case 'POST /control/notify': {
      const mode = NOTIFY_MODES.find((name) => name === body['mode']);
      controls.notifier.mode = mode ?? controls.notifier.mode;
      return mode === undefined ? `mode is one of ${NOTIFY_MODES.join(', ')}` : null;
    }
    case 'POST /control/forget':
      controls.subscriptions.clear();
      return null;
    case 'POST /control/broadcast': {
      const text = typeof body['hex'] === 'string' ? body['hex'] : '';
      const bytes = fromHex(text, text.length / 2);
      if (bytes === null) return 'hex is required';
      controls.notifier.broadcast(bytes);
      return null;
    }
    case 'POST /control/refresh':
      await controls.refresh();
      return null;
    default:
      return 'no such control';
  }
}
