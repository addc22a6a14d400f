export { type AdminServer, startAdminServer } from './admin-server.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  type ConfigFile,
  type ConfigProblem,
  type ConfigResult,
  type Environment,
  env,
  EXIT_CONFIG,
  readEnvironment,
} from './environment.ts';
export { Readiness } from './health.ts';
export { createLane, type Lane, type LaneOutcome } from './lane.ts';
export { createMetrics, METRICS, type Metrics } from './metrics/metrics.ts';
export { configOrExit, type ProcessReporter, runProcess } from './process.ts';
export { tellRarely } from './tell-rarely.ts';
export { VERSION } from './version.ts';
export { watchFile, type WatchFileOptions } from './watch-file.ts';
