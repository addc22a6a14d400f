import type { Deployment } from '../../test/world/deployment.ts';

/** What the story needs of the world: where phones reach the relay, the storage nodes and their providers. */
export type Scene = Pick<Deployment, 'relayUrl' | 'network' | 'apns' | 'fcm'>;
