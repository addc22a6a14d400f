import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { Service } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import { queueName } from '@push/wakeups';
import { wakeupQueueOptions, WakeupWorker, wakeupWorkerOptions } from '@push/wakeups-bullmq';
import type { Queue } from 'bullmq';
import { DELIVERY_SERVICES, type DeliveryServices } from './delivery/delivery-services.ts';
import { RetryLater } from './delivery/retry-later.ts';
import { type WakeupProcessor, wakeupProcessorOf } from './delivery/wakeup.processor.ts';

export interface DispatcherModuleOptions {
  readonly delivery: DeliveryServices;
  readonly concurrency: number;
  /** `use: 'request'`, for looking at the queues. */
  readonly requests: RedisConnection;
  /** `use: 'blocking'`, for the workers. */
  readonly blocking: RedisConnection;
}

/** Nest's name for the queues by service, `ReadonlyMap<Service, Queue>`. */
export const QUEUES = Symbol('Queues');

/** Nest's name for the processors, `readonly WakeupProcessor[]`. */
export const PROCESSORS = Symbol('Processors');

/** One queue and one worker for each service that has a transport. */
@Module({})
export class DispatcherModule {
  static of({ delivery, concurrency, requests, blocking }: DispatcherModuleOptions): DynamicModule {
    BullModule.workerClass = WakeupWorker;
    const services = [...delivery.transports.keys()];
    const worker = wakeupWorkerOptions({ connection: blocking, concurrency, retryDelayMs: RetryLater.delayOf });
    const processors: Type<WakeupProcessor>[] = services.map((service) => wakeupProcessorOf(service, worker));
    return {
      module: DispatcherModule,
      imports: services.map((service) => BullModule.registerQueue(wakeupQueueOptions(service, requests))),
      providers: [
        { provide: DELIVERY_SERVICES, useValue: delivery },
        ...processors,
        { provide: PROCESSORS, useFactory: (...all: WakeupProcessor[]) => all, inject: processors },
        {
          provide: QUEUES,
          useFactory: (...queues: Queue[]) => byService(services, queues),
          inject: services.map((service) => getQueueToken(queueName(service))),
        },
      ],
    };
  }
}

function byService(services: readonly Service[], queues: readonly Queue[]): ReadonlyMap<Service, Queue> {
  // What befalls the connection is told by the connection; without a listener BullMQ would print it.
  for (const queue of queues) queue.on('error', () => {});
  return new Map(services.map((service, index) => [service, queues[index] as Queue]));
}
