import { type DynamicModule, Module } from '@nestjs/common';
import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import { FailureFilter, LEDGER, METRICS } from './http/failure.filter.ts';
import type { FrontDoor } from './http/front-door.ts';
import { FRONT_DOOR, PublicController, TURNS } from './http/public.controller.ts';
import type { Turns } from './load/turns.ts';

export interface RelayModuleOptions {
  readonly door: FrontDoor;
  readonly turns: Turns;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
}

/** What faces the network, and what it needs. */
@Module({})
export class RelayModule {
  static of({ door, turns, ledger, metrics }: RelayModuleOptions): DynamicModule {
    return {
      module: RelayModule,
      controllers: [PublicController],
      providers: [
        FailureFilter,
        { provide: FRONT_DOOR, useValue: door },
        { provide: TURNS, useValue: turns },
        { provide: LEDGER, useValue: ledger },
        { provide: METRICS, useValue: metrics },
      ],
    };
  }
}
