export type * from './registration.ts';
export { RegistryUnavailable } from './registration.ts';
