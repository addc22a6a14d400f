export { readRelayConfig, type RelayConfig } from './config.ts';
export { type RelayHandle, type RelayOptions, startRelay } from './start-relay.ts';
