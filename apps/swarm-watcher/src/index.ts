export { startWatcher, type WatcherHandle, type WatcherOptions } from './start-watcher.ts';
export { readWatcherConfig, type WatcherConfig } from './watcher-config.ts';
