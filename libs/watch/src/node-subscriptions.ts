import { encodeMonitorBatch, type MonitorAnswer } from '@push/protocol';
import type { EntrySlots } from './entry-slots.ts';
import { failurePauseMs, refusalRetryDelayS, renewalDelayS, SUBSCRIPTION_LIFETIME_S } from './subscription-timing.ts';
import { type RefusalReason, SubscriptionStates } from './subscription-states.ts';
import type { MonitorEntry, WatchedAccount } from './watched-account.ts';

/** A node verifies about 12,000 entries a second; more than this at once would keep new registrations waiting. */
export const LARGEST_BATCH = 4_000;
/** Half of what breaks the connection. */
const LARGEST_BODY_BYTES = 5_000_000;

/** Entries to ask for in one `monitor.messages`. */
export interface MonitorBatch {
  readonly entries: readonly MonitorEntry[];
  /** Bencoded list. */
  readonly body: Uint8Array;
  readonly sentAtS: number;
}

/** How many of a batch were refused, by reason. */
export type BatchOutcome = { readonly confirmed: number; readonly refused: ReadonlyMap<RefusalReason, number> };

/**
 * What one storage node was asked and what it confirmed. One batch is under way at a time. A batch without a usable
 * answer pauses the node and halves the next one, so an entry that a node chokes on ends up alone, where it is put aside
 * like a refused one and harms no other.
 */
export class NodeSubscriptions {
  readonly #slots: EntrySlots;
  readonly #random: () => number;
  readonly #peers: () => Iterable<NodeSubscriptions>;
  readonly #states = new SubscriptionStates();
  #isConnected = false;
  #underWay: MonitorBatch | null = null;
  /** Entries whose signature became newer than the one under way. */
  readonly #outdated = new Set<MonitorEntry>();
  #largestBatch = LARGEST_BATCH;
  #failures = 0;
  #pausedUntilMs = 0;
  /** No entry is due before this. */
  #nextDueS = 0;
  /** Where the search for due entries goes on, so that none waits behind others that keep coming back. */
  #cursor = 0;

  /** `peers` are the members of the same swarm, this one or not; they share `slots`. */
  constructor(slots: EntrySlots, random: () => number, peers: () => Iterable<NodeSubscriptions>) {
    this.#slots = slots;
    this.#random = random;
    this.#peers = peers;
    for (let slot = 0; slot < slots.length; slot += 1) if (slots.at(slot) !== null) this.#states.begin(slot);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Entries the node has confirmed on this connection and keeps; 0 while disconnected. */
  get confirmedCount(): number {
    return this.#isConnected ? this.#states.count('confirmed') + this.#states.count('lapsing') : 0;
  }

  get refusedCount(): number {
    return this.#states.count('refused') + this.#states.count('lapsing');
  }

  added(entry: MonitorEntry): void {
    this.#states.begin(entry.slot);
    this.#nextDueS = 0;
  }

  /** A newer signature may please a node that refused the older one. */
  resigned(entry: MonitorEntry): void {
    if (this.#underWay !== null) this.#outdated.add(entry);
    const state = this.#states.state(entry.slot);
    if (state === 'refused' || state === 'lapsing') this.#again(entry.slot);
  }

  /** Nodes cannot be told; what they still report is dropped. */
  removed(entry: MonitorEntry): void {
    this.#states.free(entry.slot);
  }

  /** A new handshake: the node may have forgotten everything, so everything is asked for again, at once. */
  connected(): void {
    this.#isConnected = true;
    this.#settle();
    this.#largestBatch = LARGEST_BATCH;
    this.#failures = 0;
    this.#pausedUntilMs = 0;
    this.#nextDueS = 0;
    for (let slot = 0; slot < this.#slots.length; slot += 1) {
      if (this.#states.state(slot) !== null) this.#states.unsent(slot);
    }
  }

  disconnected(): void {
    this.#isConnected = false;
    this.#settle();
  }

  /** When {@link nextBatch} may have something; `null` while that depends on an answer or a handshake. */
  get nextBatchAtMs(): number | null {
    if (!this.#isConnected || this.#underWay !== null || this.#slots.count === 0) return null;
    return Math.max(this.#pausedUntilMs, this.#nextDueS * 1000);
  }

  /** Takes the next entries that are due; they must be settled with {@link answered} or {@link failed}. */
  nextBatch(nowMs: number): MonitorBatch | null {
    const atMs = this.nextBatchAtMs;
    if (atMs === null || nowMs < atMs) return null;
    const nowS = Math.floor(nowMs / 1000);
    const entries = this.#takeDue(nowS);
    if (entries.length === 0) return null;
    for (const { slot } of entries) {
      const state = this.#states.state(slot);
      if (state === 'unsent' || state === 'refused') this.#states.sent(slot);
    }
    this.#underWay = { entries, body: encodeBodies(entries), sentAtS: nowS };
    return this.#underWay;
  }

  /** The node's answers, in the order of the batch's entries. A batch of an older connection is ignored. */
  answered(batch: MonitorBatch, answers: readonly MonitorAnswer[], nowMs: number): BatchOutcome {
    const refused = new Map<RefusalReason, number>();
    if (batch !== this.#underWay) return { confirmed: 0, refused };
    if (answers.length !== batch.entries.length) {
      this.failed(batch, nowMs);
      return { confirmed: 0, refused };
    }
    const outdated = this.#settle();
    this.#failures = 0;
    this.#largestBatch = Math.min(this.#largestBatch * 2, LARGEST_BATCH);
    let confirmed = 0;
    batch.entries.forEach((entry, i) => {
      const answer = answers[i];
      if (answer === undefined || this.#slots.at(entry.slot) !== entry) return;
      if (answer.kind === 'subscribed') {
        this.#confirm(entry.slot, batch.sentAtS);
        confirmed += 1;
      } else {
        if (outdated.has(entry)) this.#again(entry.slot);
        else this.#refuse(entry.slot, nowMs, !this.#isHeldElsewhere(entry.slot, nowMs));
        refused.set(answer.reason, (refused.get(answer.reason) ?? 0) + 1);
      }
    });
    return { confirmed, refused };
  }

  /** No usable answer came in time. */
  failed(batch: MonitorBatch, nowMs: number): BatchOutcome {
    const refused = new Map<RefusalReason, number>();
    if (batch !== this.#underWay) return { confirmed: 0, refused };
    this.#settle();
    this.#failures += 1;
    this.#pausedUntilMs = nowMs + failurePauseMs(this.#failures, this.#random);
    this.#nextDueS = 0;
    const [only] = batch.entries;
    const isAlone = batch.entries.length === 1 && this.#slots.count > 1;
    if (isAlone && only !== undefined && this.#slots.at(only.slot) === only) {
      // Never soon, however much it is missed: each time it costs the other entries a pause.
      this.#refuse(only.slot, nowMs, false);
      refused.set('unanswered', 1);
    } else {
      for (const entry of batch.entries) if (this.#slots.at(entry.slot) === entry) this.#postpone(entry.slot, nowMs);
    }
    this.#largestBatch = Math.max(1, batch.entries.length >> 1);
    return { confirmed: 0, refused };
  }

  /**
   * Whether a report about this account may come from this node. Reports overtake the answer to their own subscription,
   * and a node that did not restart goes on reporting on a new connection before it was asked again.
   */
  mayReport({ entries }: WatchedAccount, nowMs: number): boolean {
    const nowS = nowMs / 1000;
    return entries.some((entry) => {
      if (this.#slots.at(entry.slot) !== entry) return false;
      return this.#states.state(entry.slot) === 'sent' || this.#states.untilS(entry.slot) > nowS;
    });
  }

  #settle(): ReadonlySet<MonitorEntry> {
    const outdated = new Set(this.#outdated);
    this.#outdated.clear();
    this.#underWay = null;
    return outdated;
  }

  #again(slot: number): void {
    this.#states.unsent(slot);
    this.#nextDueS = 0;
  }

  #takeDue(nowS: number): MonitorEntry[] {
    const length = this.#slots.length;
    const taken: MonitorEntry[] = [];
    let bytes = 0;
    let nextDueS = Number.MAX_SAFE_INTEGER;
    for (let step = 0; step < length; step += 1) {
      const slot = (this.#cursor + step) % length;
      const entry = this.#slots.at(slot);
      if (entry === null) continue;
      const dueS = this.#states.dueS(slot);
      if (dueS > nowS) {
        nextDueS = Math.min(nextDueS, dueS);
        continue;
      }
      bytes += entry.body.length;
      if (taken.length > 0 && (taken.length >= this.#largestBatch || bytes > LARGEST_BODY_BYTES)) {
        this.#cursor = slot;
        this.#nextDueS = 0;
        return taken;
      }
      taken.push(entry);
    }
    this.#nextDueS = nextDueS;
    return taken;
  }

  #confirm(slot: number, sentAtS: number): void {
    const dueS = sentAtS + renewalDelayS(this.#random);
    this.#states.confirmed(slot, sentAtS + SUBSCRIPTION_LIFETIME_S, dueS);
    this.#nextDueS = Math.min(this.#nextDueS, dueS);
  }

  #refuse(slot: number, nowMs: number, isMissed: boolean): void {
    const nowS = Math.floor(nowMs / 1000);
    const dueS = nowS + refusalRetryDelayS(this.#states.refusals(slot) + 1, isMissed, this.#random);
    this.#states.refused(slot, this.#holds(slot, nowS) ? 'lapsing' : 'refused', dueS);
    this.#nextDueS = Math.min(this.#nextDueS, dueS);
  }

  #postpone(slot: number, nowMs: number): void {
    if (!this.#holds(slot, nowMs / 1000)) this.#states.unsent(slot);
  }

  #isHeldElsewhere(slot: number, nowMs: number): boolean {
    for (const peer of this.#peers()) {
      if (peer !== this && peer.#isConnected && peer.#holds(slot, nowMs / 1000)) return true;
    }
    return false;
  }

  /** Confirmed on this connection and not over. */
  #holds(slot: number, nowS: number): boolean {
    const state = this.#states.state(slot);
    return (state === 'confirmed' || state === 'lapsing') && this.#states.untilS(slot) > nowS;
  }
}

function encodeBodies(entries: readonly MonitorEntry[]): Uint8Array {
  return encodeMonitorBatch(entries.map(({ body }) => Buffer.from(body, 'latin1')));
}
