import { Server } from 'node:net';

/** The server of this process that listens on `port`, for events of it that no client can cause. */
export function listeningServer(port: number): Server {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles(this: void): readonly unknown[] };
  for (const handle of _getActiveHandles()) {
    if (!(handle instanceof Server)) continue;
    const address = handle.address();
    if (typeof address === 'object' && address?.port === port) return handle;
  }
  throw new Error(`nothing listens on port ${port}`);
}
