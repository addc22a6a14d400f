export { DuplicateFilter, type DuplicateFilterOptions, type MessageMark } from './duplicate-filter.ts';
export type { BatchOutcome, MonitorBatch, NodeSubscriptions } from './node-subscriptions.ts';
export { reconnectDelayMs } from './reconnect-policy.ts';
export { DISCARD_REASONS, type DiscardReason } from './storage-link.ts';
export type { LinkAnswer, LinkFactory, LinkHandler, StorageLink } from './storage-link.ts';
export type { ListedNode, NodeKey, StorageNode } from './storage-node.ts';
export type { RefusalReason } from './subscription-states.ts';
export { SwarmCoverage } from './swarm-coverage.ts';
export { SwarmMap } from './swarm-map.ts';
export type { SwarmMember, SwarmWatch } from './swarm-watch.ts';
export { type MessageUrgency, urgencyOf, wakeupDelayMs } from './urgency.ts';
export { devicesFor } from './watch-table.ts';
export type { MonitorEntry, WatchDetails, WatchedAccount, WatchedDevice } from './watched-account.ts';
export {
  DIRECTORY_FAILURES,
  type DirectoryAnswer,
  type DirectoryFailure,
  type SwarmDirectory,
} from './swarm-directory.ts';
