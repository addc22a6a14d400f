import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { decodeNotification, type Notification } from '@push/protocol';
import type { Urgency } from '@push/wakeups';
import {
  devicesFor,
  DuplicateFilter,
  type MessageMark,
  type NodeSubscriptions,
  urgencyOf,
  type WatchedDevice,
  wakeupDelayMs,
} from '@push/watch';
import { WakeupLine } from '../wakeups/wakeup-line.ts';
import { WATCHER_SERVICES, type WatcherServices } from '../watcher-services.ts';

const MINUTE_MS = 60_000;
/** Members report a message within milliseconds of each other, and again when it wanders between them for minutes. */
const REMEMBERED_MS = 5 * MINUTE_MS;
const MOST_REMEMBERED = 250_000;
/** Messages whose wakeups wait to be queued, beyond which a message is woken for without being remembered. */
const MOST_UNSETTLED = 100_000;

type Outcome = 'rung' | 'quiet' | 'silent' | 'duplicate' | 'no-device' | 'not-subscribed' | 'malformed';

/** From what a storage node reports to the wakeups it is worth. */
@Injectable()
export class ReportIntake {
  readonly #line: WakeupLine;
  readonly #services: WatcherServices;
  readonly #filter = new DuplicateFilter({
    key: randomBytes(32),
    generationMs: REMEMBERED_MS,
    generationSize: MOST_REMEMBERED,
  });
  #unsettled = 0;

  constructor(@Inject(WakeupLine) line: WakeupLine, @Inject(WATCHER_SERVICES) services: WatcherServices) {
    this.#line = line;
    this.#services = services;
  }

  /** `body` of a `notify.message` from the node that has these subscriptions. Nothing of it is kept. */
  take(body: Uint8Array, from: NodeSubscriptions): void {
    const notification = decodeNotification(body);
    const outcome = notification === null ? 'malformed' : this.#act(notification, from);
    this.#services.metrics.count('push_reports_total', { outcome });
  }

  #act(notification: Notification, from: NodeSubscriptions): Outcome {
    const nowMs = this.#services.clock.nowMs();
    const account = this.#services.coverage.account(notification.accountKey);
    if (account === null || !from.mayReport(account, nowMs)) return 'not-subscribed';
    const urgency = urgencyOf(notification);
    if (urgency === 'none') return 'silent';
    const devices = devicesFor(account, notification.namespace, { pollingOnly: urgency === 'quiet', nowMs });
    if (devices.length === 0) return 'no-device';
    const mark = this.#filter.begin(notification, urgency, nowMs);
    if (mark === null) return 'duplicate';
    const wakeups = devices.map((device) => this.#wake(device, notification, urgency, nowMs));
    void this.#settle(mark, wakeups);
    return urgency === 'urgent' ? 'rung' : 'quiet';
  }

  #wake(device: WatchedDevice, { accountKey }: Notification, urgency: Urgency, nowMs: number): Promise<boolean> {
    const { service, deviceId } = device;
    const delayMs = wakeupDelayMs(accountKey, Math.random);
    return this.#line.send({ service, deviceId, urgency, minute: Math.floor(nowMs / MINUTE_MS), delayMs });
  }

  /** The mark is set only when every wakeup is in the queue. */
  async #settle(mark: MessageMark, wakeups: readonly Promise<boolean>[]): Promise<void> {
    if (this.#unsettled >= MOST_UNSETTLED) return this.#filter.abandon(mark);
    this.#unsettled += 1;
    const queued = await Promise.all(wakeups);
    this.#unsettled -= 1;
    if (queued.every(Boolean)) this.#filter.done(mark, this.#services.clock.nowMs());
    else this.#filter.abandon(mark);
  }
}
