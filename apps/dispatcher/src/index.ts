export { type DispatcherConfig, readDispatcherConfig } from './config/dispatcher-config.ts';
export type { ApnsConfig, FcmConfig, ProviderConfig } from './config/provider-config.ts';
export { type DispatcherHandle, type DispatcherOptions, startDispatcher } from './start-dispatcher.ts';
