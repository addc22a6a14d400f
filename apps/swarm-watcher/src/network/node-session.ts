import { decodeMonitorAnswers } from '@push/protocol';
import type {
  BatchOutcome,
  LinkAnswer,
  MonitorBatch,
  NodeSubscriptions,
  StorageLink,
  StorageNode,
  SwarmMember,
} from '@push/watch';
import type { ReportIntake } from '../reports/report-intake.ts';
import type { WatcherServices } from '../watcher-services.ts';

/** A node verifies its largest batch in a third of a second; the rest is for the network and its other work. */
const ANSWER_TIMEOUT_MS = 15_000;
/** Timers are no longer than this, so that a change of the clock is noticed. */
const LONGEST_WAIT_MS = 60_000;

/** Keeps one storage node connected and asked for everything that is due. */
export class NodeSession {
  readonly #member: SwarmMember;
  readonly #services: WatcherServices;
  readonly #link: StorageLink;
  readonly #refused: (refusals: BatchOutcome['refused']) => void;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(
    member: SwarmMember,
    services: WatcherServices,
    reports: ReportIntake,
    refused: (refusals: BatchOutcome['refused']) => void,
  ) {
    this.#member = member;
    this.#services = services;
    this.#refused = refused;
    const { subscriptions } = member;
    this.#link = services.links.open(member.node, {
      up: () => {
        subscriptions.connected();
        this.pump();
      },
      down: () => subscriptions.disconnected(),
      notified: (body) => reports.take(body, subscriptions),
      discarded: (reason) => services.metrics.count('push_storage_node_discards_total', { reason }),
    });
  }

  /** Whether this session is still what `member` needs: same address, same swarm. */
  serves({ node, subscriptions }: SwarmMember): boolean {
    return subscriptions === this.#subscriptions && isSameAddress(node, this.#member.node);
  }

  get isConnected(): boolean {
    return this.#subscriptions.isConnected;
  }

  get #subscriptions(): NodeSubscriptions {
    return this.#member.subscriptions;
  }

  /** Sends what is due now, or waits for what is due next. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isClosed) return;
    const nowMs = this.#services.clock.nowMs();
    const batch = this.#subscriptions.nextBatch(nowMs);
    if (batch !== null) {
      this.#ask(batch).catch((error: unknown) => this.#services.ledger.fault(error));
      return;
    }
    const atMs = this.#subscriptions.nextBatchAtMs;
    if (atMs === null) return;
    const waitMs = Math.min(Math.max(atMs - nowMs, 0) + 1, LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.pump(), waitMs);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#subscriptions.disconnected();
    this.#link.close();
  }

  async #ask(batch: MonitorBatch): Promise<void> {
    const answer = await this.#link.request('monitor.messages', batch.body, ANSWER_TIMEOUT_MS);
    const { refused } = this.#settle(batch, answer);
    this.#refused(refused);
    this.pump();
  }

  #settle(batch: MonitorBatch, answer: LinkAnswer): BatchOutcome {
    const { metrics, clock } = this.#services;
    const nowMs = clock.nowMs();
    if (answer.kind !== 'answered') {
      metrics.count('push_subscription_batches_total', { outcome: answer.kind });
      return this.#subscriptions.failed(batch, nowMs);
    }
    const [body] = answer.parts;
    const answers = body === undefined ? null : decodeMonitorAnswers(body, batch.entries.length);
    metrics.count('push_subscription_batches_total', { outcome: answers === null ? 'garbled' : 'answered' });
    if (answers === null) return this.#subscriptions.failed(batch, nowMs);
    return this.#subscriptions.answered(batch, answers, nowMs);
  }
}

function isSameAddress(a: StorageNode, b: StorageNode): boolean {
  return a.key === b.key && a.host === b.host && a.port === b.port;
}
