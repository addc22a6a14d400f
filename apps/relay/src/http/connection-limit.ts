import type { Server } from 'node:http';

/** Storage nodes keep connections for the next request, and there are some two thousand of them. */
const MAX_CONNECTIONS = 4_096;
const CROWDED = 0.9 * MAX_CONNECTIONS;
const AT_MOST_EACH_MS = 1_000;

/** Refuses connections beyond a limit, and makes room for new ones by closing those that are kept and not used. */
export function limitConnections(server: Server, elapsedMs = () => performance.now()): void {
  let open = 0;
  let lastMs = -Infinity;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => (open -= 1));
    if (open < CROWDED || elapsedMs() - lastMs < AT_MOST_EACH_MS) return;
    lastMs = elapsedMs();
    server.closeIdleConnections();
  });
}
