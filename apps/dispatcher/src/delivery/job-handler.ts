import { deliver, type PushTransport, retryDelayMs, wakeupUuid } from '@push/dispatch';
import { tellRarely } from '@push/ops';
import { RegistryUnavailable } from '@push/registry';
import { parseJob } from '@push/wakeups';
import type { Job } from 'bullmq';
import type { DeliveryServices } from './delivery-services.ts';
import type { QueueHold } from './queue-hold.ts';
import { RetryLater } from './retry-later.ts';

export interface JobHandlerOptions extends DeliveryServices {
  readonly transport: PushTransport;
  readonly hold: QueueHold;
}

type Handler = (job: Pick<Job, 'id' | 'data' | 'attemptsMade'>) => Promise<void>;

/**
 * What is done with one job. Resolves when the wakeup is finished with, one way or another; otherwise rejects, always
 * with {@link RetryLater}, so that nothing of an error ever reaches the queue.
 */
export function createJobHandler(options: JobHandlerOptions): Handler {
  const { devices, transport, hold, uuidKey, clock, ledger, metrics } = options;
  const { service } = transport;
  const nowMs = (): number => clock.nowMs();
  const random = (): number => Math.random();
  const ports = { devices, transport, nowMs, random };
  const rarely = tellRarely(60_000, nowMs);
  const unreadable = new Map<string | null, number>();
  const tellUnreadable = (reason: string | null): void => {
    unreadable.set(reason, (unreadable.get(reason) ?? 0) + 1);
    rarely(`unreadable ${reason}`, () => {
      ledger.record('device.unreadable', { service, reason, wakeups: unreadable.get(reason) ?? 0 });
      unreadable.delete(reason);
    });
  };

  return async (job) => {
    const wakeup = parseJob(job.data);
    if (wakeup === null) return metrics.count('push_wakeups_total', { service, outcome: 'garbled' });

    const attempt = job.attemptsMade + 1;
    const uuid = wakeupUuid(uuidKey(), { service, jobId: job.id ?? '', minute: wakeup.minute });
    const began = performance.now();
    const delivery = await deliver({ wakeup, wakeupUuid: uuid, attempt }, ports).catch((error: unknown) => {
      const outcome = error instanceof RegistryUnavailable ? 'retried' : 'fault';
      metrics.count('push_wakeups_total', { service, outcome });
      if (outcome === 'fault') rarely('fault', () => ledger.fault(error));
      throw new RetryLater(outcome, retryDelayMs({ attempt, afterMs: null, random }));
    });

    const { outcome, reason } = delivery;
    metrics.count('push_wakeups_total', { service, outcome });
    if (outcome === 'sent')
      metrics.observe('push_wakeup_send_seconds', { service }, (performance.now() - began) / 1_000);
    if (outcome === 'bug') rarely(`bug ${reason}`, () => ledger.record('wakeup.bug', { service, reason }));
    // A device that moved to another service is no mistake.
    if (outcome === 'unreadable' && reason !== 'other-service') tellUnreadable(reason);
    if (outcome === 'held') hold.begin(delivery.holdMs, delivery.reason);
    if (delivery.kind === 'later') throw new RetryLater(delivery.outcome, delivery.delayMs);
  };
}
