import type { DeviceSource } from '@push/registry';
import { isExpired, type QueuedWakeup } from '@push/wakeups';
import { decide } from './decide.ts';
import type { PushTransport } from './push-transport.ts';

/** How one attempt to deliver a wakeup ended. `reason` is a word of ours or of the provider's error codes. */
export type Delivery =
  | { readonly kind: 'finished'; readonly outcome: FinalOutcome; readonly reason: string | null }
  | { readonly kind: 'later'; readonly outcome: 'retried'; readonly reason: string; readonly delayMs: number }
  | {
      readonly kind: 'later';
      readonly outcome: 'held';
      readonly reason: string;
      readonly delayMs: number;
      readonly holdMs: number;
    };

/**
 * `sent`: accepted by the provider. `dead`: the device was forgotten. `suspect`: the provider calls the device dead, but
 * not beyond doubt, so it is kept. `expired`: too late. `gone`: not registered (any more). `unreadable`: the record
 * cannot be opened. `bug`: we sent something the provider cannot accept.
 */
export type FinalOutcome = 'sent' | 'dead' | 'suspect' | 'expired' | 'gone' | 'unreadable' | 'bug';

export interface DeliveryPorts {
  readonly devices: DeviceSource;
  readonly transport: PushTransport;
  readonly nowMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface DeliveryAttempt {
  readonly wakeup: QueuedWakeup;
  /** The same for every attempt of this wakeup: lowercase UUID. */
  readonly wakeupUuid: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** Providers drop what they could not hand over a day after the wakeup became due. */
const PROVIDER_LIFETIME_S = 86_400;

/** Opens the device's record, sends, and acts on the verdict. Rejects only when the registry cannot answer. */
export async function deliver(
  { wakeup, wakeupUuid, attempt }: DeliveryAttempt,
  { devices, transport, nowMs, random }: DeliveryPorts,
): Promise<Delivery> {
  if (isExpired(wakeup.minute, nowMs())) return finished('expired');
  const lookup = await devices.read(wakeup.deviceId);
  if (lookup.kind === 'gone') return finished('gone');
  if (lookup.kind === 'unreadable') return finished('unreadable', lookup.reason);
  const { token, service, registeredOn } = lookup.record;
  if (service !== transport.service) return finished('unreadable', 'other-service');

  const expiresAtS = wakeup.minute * 60 + PROVIDER_LIFETIME_S;
  const verdict = await transport.send({ token, wakeupUuid, expiresAtS });
  const reason = verdict.kind === 'done' ? null : verdict.reason;
  const decision = decide(verdict, { minute: wakeup.minute, attempt, registeredOn, nowMs: nowMs(), random });
  switch (decision.kind) {
    case 'finish':
      return finished(decision.outcome, reason);
    case 'forget':
      await devices.forget(wakeup.deviceId);
      return finished('dead', reason);
    case 'retry':
      return { kind: 'later', outcome: 'retried', reason: reason ?? 'unknown', delayMs: decision.delayMs };
    case 'hold': {
      const { delayMs, holdMs } = decision;
      return { kind: 'later', outcome: 'held', reason: reason ?? 'unknown', delayMs, holdMs };
    }
  }
}

function finished(outcome: FinalOutcome, reason: string | null = null): Delivery {
  return { kind: 'finished', outcome, reason };
}
