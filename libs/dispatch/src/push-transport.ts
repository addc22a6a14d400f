import type { DeviceToken, Service } from '@push/protocol';

/** What a provider's answer means for the wakeup, its device and its queue. */
export type Verdict =
  | { readonly kind: 'done' }
  /** Try this wakeup again, not before `afterMs` when the provider said so. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | null }
  /** Nothing can be delivered with the credentials or topic we have: stop the queue, keep every token. */
  | { readonly kind: 'hold'; readonly reason: string; readonly afterMs: number | null }
  /** The provider says the device is gone; `sinceMs` is the provider's own date for that, when it gives one. */
  | { readonly kind: 'dead'; readonly reason: string; readonly sinceMs: number | null; readonly isCertain: boolean }
  /** Our own mistake: no retry helps. */
  | { readonly kind: 'bug'; readonly reason: string };

export interface PushRequest {
  readonly token: DeviceToken;
  /** Stays the same across retries of one wakeup: lowercase UUID. */
  readonly wakeupUuid: string;
  /** Seconds since 1970 after which the provider should drop the wakeup. */
  readonly expiresAtS: number;
}

/** One provider. Sends the constant wakeup of the deployment; never rejects: every outcome is a verdict. */
export interface PushTransport extends AsyncDisposable {
  readonly service: Service;
  send(request: PushRequest): Promise<Verdict>;
}
