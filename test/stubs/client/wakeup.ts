/** A push as the stub provider that accepted it tells it. */
export interface Wakeup {
  /** Grows with every push a provider accepts; give the last one as `after` to get the next. */
  readonly seq: number;
  readonly receivedAtMs: number;
  readonly payload: Buffer;
}

export interface Patience {
  /** Only a push with a greater `seq`. Default 0: the first one. */
  readonly after?: number;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/** The provider answers a single question within this. */
const ONE_POLL_MS = 50_000;

/** Waits at a push stub's control URL for the next push to a device; null when none came in time. */
export async function waitForWakeup(
  controlUrl: string,
  token: string,
  patience: Patience = {},
): Promise<Wakeup | null> {
  const { after = 0, timeoutMs = 10_000 } = patience;
  const until = performance.now() + timeoutMs;
  for (let left = timeoutMs; left > 0; left = until - performance.now()) {
    const url = new URL(`/devices/${encodeURIComponent(token)}/next`, controlUrl);
    url.searchParams.set('after', String(after));
    url.searchParams.set('timeoutMs', String(Math.ceil(Math.min(left, ONE_POLL_MS))));
    const response = await fetch(url);
    if (response.status === 200) return readPush((await response.json()) as WrittenPush);
    if (response.status !== 204) throw new Error(`the push stub answered ${response.status}`);
  }
  return null;
}

interface WrittenPush {
  readonly seq: number;
  readonly receivedAtMs: number;
  readonly payloadBase64: string;
}

const readPush = ({ seq, receivedAtMs, payloadBase64 }: WrittenPush): Wakeup => ({
  seq,
  receivedAtMs,
  payload: Buffer.from(payloadBase64, 'base64'),
});
