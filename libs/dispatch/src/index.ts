export type * from './push-transport.ts';
