import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { NodeKey, StorageNode } from '@push/watch';
import { Context, Router } from 'zeromq';
import { freePort } from '../../../test/world/redis-server.ts';

/** A message a peer received: who sent it, and its parts. */
export interface Heard {
  readonly route: Buffer;
  readonly parts: readonly Buffer[];
}

/** A storage node's listener, as far as frames go: CURVE, ROUTER with handover, and whatever a test makes it say. */
export class OmqPeer implements AsyncDisposable {
  readonly node: StorageNode;
  readonly heard: Heard[] = [];
  readonly #secretKey: Buffer;
  #socket: Router | null = null;
  #waiting: (() => void)[] = [];

  private constructor(port: number) {
    this.#secretKey = randomBytes(32);
    this.node = { key: publicOf(this.#secretKey).toString('hex') as NodeKey, host: '127.0.0.1', port };
  }

  static async start(): Promise<OmqPeer> {
    const peer = new OmqPeer(await freePort());
    await peer.listen();
    return peer;
  }

  /** Listens, again at the same port under the same key after {@link stop}. */
  async listen(): Promise<void> {
    const context = new Context({ blocky: false });
    const socket = new Router({ context, linger: 0, handover: true, mandatory: true, curveServer: true });
    (socket as unknown as { curveSecretKey: Buffer }).curveSecretKey = this.#secretKey;
    await socket.bind(`tcp://127.0.0.1:${this.node.port}`);
    this.#socket = socket;
    const receive = async (): Promise<void> => {
      for await (const [route, ...parts] of socket) {
        if (route !== undefined) this.heard.push({ route, parts });
        for (const wake of this.#waiting.splice(0)) wake();
      }
    };
    receive().catch(() => {});
  }

  stop(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  /** The next message that was not taken yet. */
  async next(): Promise<Heard> {
    for (;;) {
      const message = this.heard.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async say(route: Buffer, ...parts: readonly (string | Buffer)[]): Promise<void> {
    await this.#socket?.send([route, ...parts]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
  }
}

function publicOf(secretKey: Buffer): Buffer {
  const key = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secretKey]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
}
