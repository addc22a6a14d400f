import type { Clock } from '@push/ops';
import type { KeyPair } from '../wire/sodium.ts';
import type { Mailbox, StoredMessage } from './mailbox.ts';
import type { OnionRouter } from './onion-router.ts';
import type { SwarmView } from './swarm-view.ts';

/** What the parts of a storage node share. */
export interface NodeState {
  readonly clock: Clock;
  /** Signs hashes, and names the node in answers. */
  readonly ed25519: KeyPair;
  /** Replaced whenever oxend has news. */
  view(): SwarmView;
  readonly mailbox: Mailbox;
  readonly onion: OnionRouter;
  /** Tells every subscriber about a message that is new here. */
  announce(message: StoredMessage): void;
}
