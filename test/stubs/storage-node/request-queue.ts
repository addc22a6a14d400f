/** Requests of one category of commands under way; what comes on top is dropped in silence. */
const MAX_WAITING = 500;
const MAX_WAITING_BYTES = 128 * 1024 * 1024;

/** Bounds what a node has taken on and not yet answered, for each category (`monitor`, `storage`) by itself. */
export class RequestQueue {
  #waiting = new Map<string, { requests: number; bytes: number }>();

  /** Runs `work` unless its category is full; never throws. */
  async run(command: string, bytes: number, work: () => Promise<void>): Promise<void> {
    const category = command.split('.', 1)[0] ?? '';
    const waiting = this.#waiting.get(category) ?? { requests: 0, bytes: 0 };
    if (waiting.requests >= MAX_WAITING || waiting.bytes + bytes > MAX_WAITING_BYTES) return;
    this.#waiting.set(category, waiting);
    waiting.requests++;
    waiting.bytes += bytes;
    try {
      await work();
    } catch {
      // A handler that failed answers nothing, which is what its caller would see of a real node's fault, too.
    } finally {
      waiting.requests--;
      waiting.bytes -= bytes;
    }
  }
}
