import type { MonitorAnswer } from '@push/protocol';

/**
 * What one node knows of one entry.
 * `unsent`: not asked on this connection. `sent`: asked, no answer yet. `confirmed`: until a known time. `lapsing`: confirmed
 * until then, but the renewal was refused. `refused`: the node said no.
 */
export type SubscriptionState = 'unsent' | 'sent' | 'confirmed' | 'lapsing' | 'refused';
const STATES = ['unsent', 'sent', 'confirmed', 'lapsing', 'refused'] as const satisfies readonly SubscriptionState[];

/** `unanswered`: asked alone, this entry brought no usable answer. */
export type RefusalReason = Extract<MonitorAnswer, { readonly kind: 'refused' }>['reason'] | 'unanswered';

/** A slot nobody uses. */
const EMPTY = STATES.length;

/** Ten bytes per entry. Times are whole seconds since 1970. */
export class SubscriptionStates {
  #state = new Uint8Array(0);
  #refusals = new Uint8Array(0);
  #dueS = new Uint32Array(0);
  #untilS = new Uint32Array(0);
  readonly #counts = STATES.map(() => 0);

  count(state: SubscriptionState): number {
    return this.#counts[STATES.indexOf(state)] ?? 0;
  }

  /** `null` for a slot nobody uses. */
  state(slot: number): SubscriptionState | null {
    return STATES[this.#state[slot] ?? EMPTY] ?? null;
  }

  /** When to ask (again); 0 is at once. */
  dueS(slot: number): number {
    return this.#dueS[slot] ?? 0;
  }

  /** Until when the node may report this entry's messages, going by what it confirmed on any connection. */
  untilS(slot: number): number {
    return this.#untilS[slot] ?? 0;
  }

  /** How often in a row the node refused it. */
  refusals(slot: number): number {
    return this.#refusals[slot] ?? 0;
  }

  /** An entry nobody has asked this node for. */
  begin(slot: number): void {
    this.#reach(slot);
    this.#become(slot, STATES.indexOf('unsent'));
    this.#refusals[slot] = 0;
    this.#dueS[slot] = 0;
    this.#untilS[slot] = 0;
  }

  free(slot: number): void {
    this.#become(slot, EMPTY);
  }

  unsent(slot: number): void {
    this.#become(slot, STATES.indexOf('unsent'));
    this.#refusals[slot] = 0;
    this.#dueS[slot] = 0;
  }

  sent(slot: number): void {
    this.#become(slot, STATES.indexOf('sent'));
  }

  confirmed(slot: number, untilS: number, dueS: number): void {
    this.#become(slot, STATES.indexOf('confirmed'));
    this.#refusals[slot] = 0;
    this.#untilS[slot] = untilS;
    this.#dueS[slot] = dueS;
  }

  refused(slot: number, state: 'lapsing' | 'refused', dueS: number): void {
    this.#become(slot, STATES.indexOf(state));
    this.#refusals[slot] = Math.min(this.refusals(slot) + 1, 255);
    this.#dueS[slot] = dueS;
  }

  #become(slot: number, next: number): void {
    const last = this.#state[slot] ?? EMPTY;
    if (last !== EMPTY) this.#counts[last] = (this.#counts[last] ?? 0) - 1;
    if (next !== EMPTY) this.#counts[next] = (this.#counts[next] ?? 0) + 1;
    this.#state[slot] = next;
  }

  #reach(slot: number): void {
    const length = this.#state.length;
    if (slot < length) return;
    const wanted = Math.max(16, slot + 1, Math.ceil(length * 1.5));
    const state = new Uint8Array(wanted).fill(EMPTY);
    state.set(this.#state);
    this.#state = state;
    this.#refusals = grown(this.#refusals, new Uint8Array(wanted));
    this.#dueS = grown(this.#dueS, new Uint32Array(wanted));
    this.#untilS = grown(this.#untilS, new Uint32Array(wanted));
  }
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
