import { createLedger } from '@push/ledger';
import { reportTo } from '@push/nest-kit';
import { configOrExit, createMetrics, runProcess, VERSION } from '@push/ops';
import { readWatcherConfig, startWatcher } from './index.ts';

const config = configOrExit('swarm-watcher', readWatcherConfig(process.env));
const ledger = createLedger({ process: 'swarm-watcher', level: config.logLevel });
const metrics = createMetrics();
await runProcess({
  start: () => startWatcher(config, { ledger, metrics }),
  shutdownTimeoutMs: config.shutdownTimeoutMs,
  report: reportTo(ledger, metrics, VERSION),
});
