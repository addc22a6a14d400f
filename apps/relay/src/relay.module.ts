import { type DynamicModule, Module } from '@nestjs/common';
import type { Ledger } from '@push/ledger';
import type { Metrics } from '@push/ops';
import { FailureFilter, LEDGER, METRICS } from './http/failure.filter.ts';
import { REGISTRAR, RegistrationController } from './registration/registration.controller.ts';
import type { Registrar } from './registration/registrar.ts';

export interface RelayModuleOptions {
  readonly registrar: Registrar;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
}

/** The routes, and what they need. */
@Module({})
export class RelayModule {
  static of({ registrar, ledger, metrics }: RelayModuleOptions): DynamicModule {
    return {
      module: RelayModule,
      controllers: [RegistrationController],
      providers: [
        FailureFilter,
        { provide: REGISTRAR, useValue: registrar },
        { provide: LEDGER, useValue: ledger },
        { provide: METRICS, useValue: metrics },
      ],
    };
  }
}
