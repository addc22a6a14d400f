import type { RedisConnection } from '@push/redis';

export interface ConnectionRuns {
  /**
   * Grows whenever the connection is interrupted. The next one may lead to a server that has lost what this one confirmed, so
   * work that spans two numbers has confirmed nothing.
   */
  readonly current: number;
}

/** Watches for interruptions and, if `onNewServer` asks for it, for a server that is another process than before. */
export function watchConnectionRuns(connection: RedisConnection, onNewServer?: () => void): ConnectionRuns {
  let current = 0;
  let knownRunId: string | null = null;

  const interrupt = (): void => {
    current += 1;
  };
  const identify = async (): Promise<void> => {
    const info = await connection.info('server').catch(() => '');
    const runId = /^run_id:(\w+)/m.exec(info)?.[1] ?? null;
    if (knownRunId !== null && runId !== knownRunId) onNewServer?.();
    knownRunId = runId ?? knownRunId;
  };
  connection.on('close', interrupt);
  if (connection.isCluster) {
    for (const event of ['+node', '-node']) {
      connection.on(event, () => {
        interrupt();
        onNewServer?.();
      });
    }
  } else if (onNewServer !== undefined) {
    connection.on('ready', () => void identify());
    if (connection.status === 'ready') void identify();
  }
  return {
    get current() {
      return current;
    },
  };
}
