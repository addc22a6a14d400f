import { openLayer, readFrame, sealedIn } from '../wire/onion.ts';
import { isReachable } from '../wire/service-nodes.ts';
import type { KeyPair } from '../wire/sodium.ts';
import { type OnionAnswer, onionAnswer, OnionExit, type OnionServer } from './onion-exit.ts';
import { type OnionHop, readHop, writeHop } from './onion-hop.ts';
import { readInstruction } from './onion-instruction.ts';
import { PeerCaller } from './peer-caller.ts';
import type { SwarmView } from './swarm-view.ts';

/** How long things last, in milliseconds. */
export interface OnionLimits {
  /** For another node's answer. Default 30,000. */
  readonly hopTimeoutMs?: number;
  /** For a server's answer. Default 25,000, so that it ends before the hops' patience does. */
  readonly serverTimeoutMs?: number;
  /** A connection to another node without a request for this long is closed. Default 60,000. */
  readonly idleMs?: number;
}

export interface OnionRouterOptions extends OnionLimits {
  /** X25519. */
  readonly keys: KeyPair;
  view(): SwarmView;
}

export interface OnionStats {
  /** Layers that this node's key opened. */
  readonly opened: number;
  /** Handed to another node. */
  readonly passedOn: number;
  /** Handed to a server. */
  readonly proxied: number;
  /** Ended here with an error. */
  readonly refused: number;
  /** `address:port` of this side of the newest hundred connections to servers, oldest first. */
  readonly connections: readonly string[];
}

/** A request that has come over more hops is going round in circles. */
const MAX_HOPS = 15;

/** A node's part in onion requests: opens one layer, hands on what is in it, and carries the answer back. */
export class OnionRouter implements AsyncDisposable {
  readonly #options: OnionRouterOptions;
  readonly #peers: PeerCaller;
  readonly #exit: OnionExit;
  readonly #counts = { opened: 0, passedOn: 0, proxied: 0, refused: 0 };

  constructor(options: OnionRouterOptions) {
    const { keys, hopTimeoutMs = 30_000, serverTimeoutMs = 25_000, idleMs = 60_000 } = options;
    this.#options = options;
    this.#peers = new PeerCaller({ keys, timeoutMs: hopTimeoutMs, idleMs });
    this.#exit = new OnionExit(serverTimeoutMs);
  }

  get stats(): OnionStats {
    return { ...this.#counts, connections: this.#exit.connections };
  }

  /** The body of a client's `POST /onion_req/v2`. */
  async fromClient(body: Buffer): Promise<OnionAnswer> {
    const frame = readFrame(body);
    const sealed = frame === null ? null : sealedIn(frame);
    // A client may count from anywhere, so that nodes don't know how far they are from it.
    const hopNo = frame?.json['hop_no'] ?? 0;
    if (sealed === null || !Number.isSafeInteger(hopNo)) return this.#refuse(400, 'Error parsing onion request');
    return this.#open({ sealed, hopNo: Math.max(0, hopNo as number) });
  }

  /** The parts of another node's `sn.onion_request`. */
  async fromNode(parts: readonly Buffer[]): Promise<OnionAnswer> {
    const hop = readHop(parts);
    if (hop === null) return this.#refuse(400, 'Invalid internal onion request');
    if (hop.hopNo > MAX_HOPS) return this.#refuse(400, 'onion request max path length exceeded');
    return this.#open(hop);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#peers[Symbol.asyncDispose]();
    await this.#exit[Symbol.asyncDispose]();
  }

  async #open({ sealed, hopNo }: OnionHop): Promise<OnionAnswer> {
    const opened = openLayer(sealed, this.#options.keys);
    if (opened === null) return this.#refuse(400, 'Invalid ciphertext');
    this.#counts.opened++;
    const instruction = readInstruction(opened.plaintext);
    switch (instruction.kind) {
      case 'pass-on':
        return this.#passOn(instruction.destination, { sealed: instruction.sealed, hopNo: hopNo + 1 });
      case 'post':
        return this.#post(instruction.server, opened.plaintext);
      case 'serve':
        return this.#refuse(400, 'This stub serves no calls that come as onion requests');
      case 'forbidden':
        return this.#refuse(400, 'Invalid url');
      case 'unreadable':
        return this.#refuse(400, 'Invalid json');
      default:
        return instruction satisfies never;
    }
  }

  /** Clients look for these words and the key after them, to leave that node out of their paths. */
  async #passOn(destination: string, hop: OnionHop): Promise<OnionAnswer> {
    const node = this.#options.view().find(destination);
    if (node === undefined) return this.#refuse(502, `Next node not found: ${destination}`);
    if (!isReachable(node)) return this.#refuse(502, `Next node is currently unreachable: ${destination}`);
    this.#counts.passedOn++;
    const outcome = await this.#peers.request(node, 'sn.onion_request', writeHop(hop));
    switch (outcome.kind) {
      case 'answered':
        return answerOf(outcome.parts);
      case 'refused':
        return onionAnswer(502, 'Next node refused');
      case 'silent':
        return onionAnswer(504, 'Request time out');
      case 'full':
        return onionAnswer(503, 'Too many nodes to talk to');
      default:
        return outcome satisfies never;
    }
  }

  /** The whole layer goes to the server, which finds its own part of it in there. */
  #post(server: OnionServer, layer: Buffer): Promise<OnionAnswer> {
    this.#counts.proxied++;
    return this.#exit.post(server, layer);
  }

  #refuse(status: number, text: string): OnionAnswer {
    this.#counts.refused++;
    return onionAnswer(status, text);
  }
}

/** `[status text, body]` of another node. A status that is none becomes 500. */
function answerOf([status, body]: readonly Buffer[]): OnionAnswer {
  if (status === undefined || body === undefined) return onionAnswer(500, 'Invalid response from snode');
  const text = status.toString('latin1');
  return { status: /^[2-5]\d\d$/.test(text) ? Number(text) : 500, body };
}
