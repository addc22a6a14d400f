/** A wakeup that a stub provider accepted. */
export interface Push {
  /** 1, 2, 3 … in the order of acceptance. */
  readonly seq: number;
  /** APNs: lowercase hexadecimal. FCM: as sent. */
  readonly token: string;
  readonly receivedAtMs: number;
  readonly headers: { readonly [name: string]: string };
  /** The request's body, byte for byte. */
  readonly payload: Buffer;
}
