import type { Deployment } from '../../test/world/deployment.ts';
import type { Witness } from '../../test/world/witness.ts';

/** What the story needs of the world: where phones reach the relay, the storage nodes and their providers. */
export interface Scene extends Pick<Deployment, 'network' | 'apns' | 'fcm' | 'onionKey'> {
  /** Stands in front of the relay and notes every connection to it; phones and nodes connect here. */
  readonly door: Witness;
  /** Where the relay's own counts are, if they can be reached from here. */
  readonly relayAdminUrl: string | null;
}
