import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '@push/redis';

export interface WriteProbe extends Disposable {
  /** Asks now, besides every five seconds. */
  ask(): void;
}

export interface WriteProbeOptions {
  readonly connection: RedisConnection;
  readonly onAnswer: (isWritable: boolean) => void;
  readonly onRefusal: (error: unknown) => void;
}

const EVERY_MS = 5_000;

/**
 * Whether Redis takes writes. A connection alone does not tell: a server that is full, a replica, or one whose users do
 * not fit, answers and refuses. Asks for a write to a lease that nobody holds, only if it exists: refused as any other, and
 * otherwise nothing is left.
 */
export function createWriteProbe({ connection, onAnswer, onRefusal }: WriteProbeOptions): WriteProbe {
  const ask = async (): Promise<void> => {
    if (connection.status !== 'ready') return;
    try {
      await connection.set(`lease:${randomBytes(16).toString('base64url')}`, '', 'PX', 1, 'XX');
      onAnswer(true);
    } catch (error) {
      onRefusal(error);
      onAnswer(false);
    }
  };
  const timer = setInterval(() => void ask(), EVERY_MS).unref();
  return { ask: () => void ask(), [Symbol.dispose]: () => clearInterval(timer) };
}
