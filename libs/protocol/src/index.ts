export type * from './bytes.ts';
export { type Service, SERVICES } from './service.ts';
export type * from './subscription.ts';
