import type { Deployment } from '../../test/world/deployment.ts';
import type { Witness } from '../../test/world/witness.ts';

/** What the story needs of the world: where phones reach the relay, the storage nodes and their providers. */
export interface Scene extends Pick<Deployment, 'network' | 'apns' | 'fcm' | 'onionKey'> {
  /** Notes every connection to the relay; phones and nodes connect here. */
  readonly door: Witness;
}
