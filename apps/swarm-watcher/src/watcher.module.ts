import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Service, SERVICES } from '@push/protocol';
import type { RedisConnection } from '@push/redis';
import { queueName } from '@push/wakeups';
import { createWakeupQueue, wakeupQueueOptions } from '@push/wakeups-bullmq';
import type { Queue } from 'bullmq';
import { CoverageReport } from './coverage-report.ts';
import { DirectoryPoll } from './network/directory-poll.ts';
import { NodeSessions } from './network/node-sessions.ts';
import { RegistryFollower } from './registry/registry-follower.ts';
import { ReportIntake } from './reports/report-intake.ts';
import { WakeupLine } from './wakeups/wakeup-line.ts';
import { WAKEUP_QUEUE, WATCHER_SERVICES, type WatcherServices } from './watcher-services.ts';

/** The watcher's parts, and the sending end of every service's queue over `requests` (`use: 'request'`). */
@Module({})
export class WatcherModule {
  static of(services: WatcherServices, requests: RedisConnection): DynamicModule {
    return {
      module: WatcherModule,
      imports: SERVICES.map((service) => BullModule.registerQueue(wakeupQueueOptions(service, requests))),
      providers: [
        { provide: WATCHER_SERVICES, useValue: services },
        {
          provide: WAKEUP_QUEUE,
          useFactory: (...queues: Queue[]) => createWakeupQueue({ queues: byService(queues), clock: services.clock }),
          inject: SERVICES.map((service) => getQueueToken(queueName(service))),
        },
        WakeupLine,
        ReportIntake,
        NodeSessions,
        DirectoryPoll,
        RegistryFollower,
        CoverageReport,
      ],
    };
  }
}

function byService(queues: readonly Queue[]): ReadonlyMap<Service, Queue> {
  return new Map(SERVICES.map((service, index) => [service, queues[index] as Queue]));
}
