import { curveKeyPair, Dealer } from 'zeromq';
import { bdecode, BencodedDict } from '../wire/bencode.ts';

/** A watcher reduced to its socket: sends frames, keeps notifications apart from everything else that comes. */
export interface TestPeer extends AsyncDisposable {
  readonly routingId: Buffer;
  send(...parts: readonly (string | Buffer)[]): Promise<void>;
  /** The next frame that is no notification. */
  next(): Promise<readonly string[]>;
  /** The same, after sending a frame. */
  ask(...parts: readonly (string | Buffer)[]): Promise<readonly string[]>;
  /** The parts of the answer to a request. */
  request(command: string, ...parts: readonly (string | Buffer)[]): Promise<readonly Buffer[]>;
  /** The next notification's fields, numbers as bigint. Throws when none comes within 3 s. */
  notification(): Promise<Readonly<Record<string, unknown>>>;
  /** How many notifications came before the answer to a HI sent now. */
  notificationsSoFar(): Promise<number>;
  /** Whether nothing at all comes within `ms`. */
  isQuietFor(ms: number): Promise<boolean>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Target {
  readonly pubkeyX25519: string;
  readonly omqPort: number;
}

const PATIENCE_MS = 3_000;

export function connectPeer(target: Target, routingId?: Buffer): TestPeer {
  const { publicKey, secretKey } = curveKeyPair();
  const identity = routingId ?? Buffer.concat([Buffer.from('L'), Buffer.from(publicKey.slice(0, 32))]);
  const socket = new Dealer({
    curveServerKey: Buffer.from(target.pubkeyX25519, 'hex') as unknown as string,
    curvePublicKey: publicKey,
    curveSecretKey: secretKey,
    routingId: identity as unknown as string,
    receiveTimeout: PATIENCE_MS,
    receiveHighWaterMark: 0,
    linger: 0,
  });
  socket.connect(`tcp://127.0.0.1:${target.omqPort}`);
  const notifications: Buffer[] = [];
  let tags = 0;

  const receive = async (): Promise<readonly Buffer[] | null> => {
    const frame = await socket.receive();
    if (frame[0]?.toString() !== 'notify.message') return frame;
    notifications.push(frame[1] ?? Buffer.alloc(0));
    return null;
  };
  const next = async (): Promise<readonly Buffer[]> => {
    for (;;) {
      const frame = await receive();
      if (frame !== null) return frame;
    }
  };
  const askFor = async (parts: readonly (string | Buffer)[]): Promise<readonly Buffer[]> => {
    await socket.send([...parts]);
    return next();
  };
  return {
    routingId: identity,
    send: (...parts) => socket.send([...parts]),
    next: async () => (await next()).map(String),
    ask: async (...parts) => (await askFor(parts)).map(String),
    request: async (command, ...parts) => {
      const tag = Buffer.from(`tag ${++tags}`);
      const [reply, echoed, ...answer] = await askFor([command, tag, ...parts]);
      const isAnswer = reply?.toString() === 'REPLY' && echoed?.toString() === tag.toString();
      if (!isAnswer) throw new Error(`not an answer: ${reply?.toString()}`);
      return answer;
    },
    notification: async () => {
      while (notifications.length === 0) await receive();
      const body = bdecode(notifications.shift() ?? Buffer.alloc(0));
      return body instanceof BencodedDict ? Object.fromEntries(body.entries) : {};
    },
    notificationsSoFar: async () => {
      await askFor(['HI']);
      return notifications.length;
    },
    isQuietFor: async (ms) => {
      socket.receiveTimeout = ms;
      const isQuiet = await receive().then(
        () => false,
        () => true,
      );
      socket.receiveTimeout = PATIENCE_MS;
      return isQuiet;
    },
    [Symbol.asyncDispose]: async () => socket.close(),
  };
}
