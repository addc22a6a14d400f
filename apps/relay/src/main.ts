import { createLedger } from '@push/ledger';
import { reportTo } from '@push/nest-kit';
import { configOrExit, createMetrics, runProcess, VERSION } from '@push/ops';
import { readRelayConfig, startRelay } from './index.ts';

const config = configOrExit('relay', readRelayConfig(process.env));
const ledger = createLedger({ process: 'relay', level: config.logLevel });
const metrics = createMetrics();
await runProcess({
  start: () => startRelay(config, { ledger, metrics }),
  shutdownTimeoutMs: config.shutdownTimeoutMs,
  report: reportTo(ledger, metrics, VERSION),
});
