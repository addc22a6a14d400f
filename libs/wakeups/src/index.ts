export type * from './wakeup.ts';
