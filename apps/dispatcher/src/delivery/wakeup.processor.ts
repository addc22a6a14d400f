import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Injectable, type Type } from '@nestjs/common';
import type { PushTransport } from '@push/dispatch';
import { describeFault } from '@push/ledger';
import { tellRarely } from '@push/ops';
import type { Service } from '@push/protocol';
import { queueName } from '@push/wakeups';
import type { Job, WorkerOptions } from 'bullmq';
import { DELIVERY_SERVICES, type DeliveryServices } from './delivery-services.ts';
import { InFlight } from './in-flight.ts';
import { createJobHandler } from './job-handler.ts';
import { QueueHold } from './queue-hold.ts';
import { within } from './within.ts';

/** How long giving jobs back may take; a job that could not be is taken over once its lock has run out. */
const GIVE_BACK_MS = 1_000;
const CLOSE_MS = 1_000;

/** Takes the wakeups of one service out of its queue and has them delivered. */
export abstract class WakeupProcessor extends WorkerHost {
  readonly #services: DeliveryServices;
  readonly #service: Service;
  readonly #hold: QueueHold;
  readonly #handle: (job: Job) => Promise<void>;
  readonly #inFlight = new InFlight();
  readonly #rarely: ReturnType<typeof tellRarely>;

  protected constructor(service: Service, services: DeliveryServices) {
    super();
    const { ledger, metrics, clock } = services;
    this.#services = services;
    this.#service = service;
    this.#rarely = tellRarely(60_000, () => clock.nowMs());
    this.#hold = new QueueHold({
      service,
      ledger,
      metrics,
      pause: () => void this.worker.pause(true),
      resume: () => void this.worker.resume(),
    });
    const transport = services.transports.get(service) as PushTransport;
    this.#handle = createJobHandler({ ...services, transport, hold: this.#hold });
  }

  override process(job: Job, token = ''): Promise<void> {
    return this.#inFlight.run(job, token, () => this.#handle(job));
  }

  /** Takes no more jobs, waits up to `limitMs` for those in flight, gives the rest back to other dispatchers, closes. */
  async drain(limitMs: number): Promise<void> {
    const { readiness, ledger } = this.#services;
    readiness.set(workerReadiness(this.#service), false);
    this.#hold[Symbol.dispose]();
    await this.worker.pause(true);
    // A worker that still waits for a job would take the next one, were it one that we give back.
    await within(this.worker.getBackend().disconnectBlocking(), CLOSE_MS);
    const isIdle = await within(this.#inFlight.idle(), limitMs);
    const givenBack = isIdle ? 0 : this.#inFlight.size;
    if (!isIdle) await within(this.#inFlight.giveBack(), GIVE_BACK_MS);
    // BullMQ sends what it makes of the last jobs before this turn is over. Closing by force does not cut that off, since
    // the connection is ours, and unlike closing in peace it ends without Redis and without those that were given back.
    await new Promise((resolve) => setImmediate(resolve));
    await within(this.worker.close(true), CLOSE_MS);
    ledger.record('worker.drained', { service: this.#service, givenBack });
  }

  @OnWorkerEvent('ready')
  onReady(): void {
    this.#services.readiness.set(workerReadiness(this.#service), true);
  }

  @OnWorkerEvent('error')
  onError(error: unknown): void {
    const { kind, code } = describeFault(error);
    const { ledger } = this.#services;
    this.#rarely(`${kind} ${code}`, () => ledger.record('worker.error', { service: this.#service, kind, code }));
  }
}

/** The name under which a worker's readiness is told. */
export function workerReadiness(service: Service): string {
  return `worker-${service}`;
}

/** The processor class of one service, as Nest needs it: one class for each queue. */
export function wakeupProcessorOf(service: Service, options: WorkerOptions): Type<WakeupProcessor> {
  @Injectable()
  @Processor({ name: queueName(service) }, options)
  class ServiceProcessor extends WakeupProcessor {
    constructor(@Inject(DELIVERY_SERVICES) services: DeliveryServices) {
      super(service, services);
    }
  }
  return ServiceProcessor;
}
