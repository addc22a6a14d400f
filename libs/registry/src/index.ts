export type * from './registration.ts';
