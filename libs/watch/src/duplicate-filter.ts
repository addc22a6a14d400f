import { hash } from 'node:crypto';
import type { Notification } from '@push/protocol';
import type { MessageUrgency } from './urgency.ts';

/** Stands for one message at one urgency. Opaque, and meaningless outside the process that made it. */
export type MessageMark = string & { readonly messageMark: true };

export interface DuplicateFilterOptions {
  /** 32 random bytes of this process: no peer can aim at a collision, and memory holds no hash anybody could check. */
  readonly key: Uint8Array;
  /** A mark is remembered for one to two of these. */
  readonly generationMs: number;
  /** Marks in one generation, and messages under way, before older ones are forgotten sooner. */
  readonly generationSize: number;
}

/**
 * Every member of a swarm reports every message, so each arrives five to ten times. The first report acts; others are
 * dropped while that one is being queued and for minutes after. A mark is set only once its wakeups are safe in the
 * queue: a crash in between costs a second wakeup, never a lost one. A report that asks for more than an earlier one
 * acts again, so a lying member that reports first cannot silence the honest ones.
 */
export class DuplicateFilter {
  readonly #secret: string;
  readonly #generationMs: number;
  readonly #generationSize: number;
  readonly #underWay = new Set<MessageMark>();
  #young = new Set<MessageMark>();
  #old = new Set<MessageMark>();
  #bornMs = 0;

  constructor({ key, generationMs, generationSize }: DuplicateFilterOptions) {
    this.#secret = Buffer.from(key).toString('latin1');
    this.#generationMs = generationMs;
    this.#generationSize = generationSize;
  }

  /** A mark to settle with {@link done} or {@link abandon} when this report is to be acted on; `null` when it is not. */
  begin(notification: Notification, urgency: Exclude<MessageUrgency, 'none'>, nowMs: number): MessageMark | null {
    this.#rotate(nowMs);
    const digest = this.#digest(notification);
    const urgent = `${digest}u` as MessageMark;
    const mark = urgency === 'urgent' ? urgent : (`${digest}q` as MessageMark);
    if (this.#knows(urgent) || (mark !== urgent && this.#knows(mark))) return null;
    if (this.#underWay.size < this.#generationSize) this.#underWay.add(mark);
    return mark;
  }

  /** Its wakeups are in the queue. */
  done(mark: MessageMark, nowMs: number): void {
    this.#underWay.delete(mark);
    this.#rotate(nowMs);
    this.#young.add(mark);
  }

  /** Its wakeups could not be queued: the next report acts again. */
  abandon(mark: MessageMark): void {
    this.#underWay.delete(mark);
  }

  #knows(mark: MessageMark): boolean {
    return this.#young.has(mark) || this.#old.has(mark) || this.#underWay.has(mark);
  }

  /** 96 bits of a hash that starts with the secret: never shown, so length extension is of no use to anybody. */
  #digest({ accountKey, hash: messageHash, namespace }: Notification): string {
    const message = `${this.#secret}${accountKey}${namespace}/${messageHash}`;
    return hash('sha256', message, 'base64').slice(0, 16);
  }

  #rotate(nowMs: number): void {
    const isFull = this.#young.size >= this.#generationSize;
    const age = nowMs - this.#bornMs;
    if (!isFull && age >= 0 && age < this.#generationMs) return;
    this.#old = age >= 2 * this.#generationMs ? new Set() : this.#young;
    this.#young = new Set();
    this.#bornMs = nowMs;
  }
}
