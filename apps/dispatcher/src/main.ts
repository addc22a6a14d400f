import { createLedger } from '@push/ledger';
import { reportTo } from '@push/nest-kit';
import { configOrExit, createMetrics, runProcess, VERSION } from '@push/ops';
import { readDispatcherConfig, startDispatcher } from './index.ts';

const config = configOrExit('dispatcher', readDispatcherConfig(process.env));
const ledger = createLedger({ process: 'dispatcher', level: config.logLevel });
const metrics = createMetrics();
await runProcess({
  start: () => startDispatcher(config, { ledger, metrics }),
  shutdownTimeoutMs: config.shutdownTimeoutMs,
  report: reportTo(ledger, metrics, VERSION),
});
