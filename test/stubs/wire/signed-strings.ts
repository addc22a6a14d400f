/** What clients sign: for storage nodes in milliseconds, for the relay in seconds. Namespace 0 is left out where nodes leave it out. */
const named = (namespace: number): string => (namespace === 0 ? '' : String(namespace));

export const storeString = (namespace: number, timestampMs: number): string => `store${named(namespace)}${timestampMs}`;

export const retrieveString = (namespace: number, timestampMs: number): string =>
  `retrieve${named(namespace)}${timestampMs}`;

export function monitorString(
  account: Uint8Array,
  signedAt: number | bigint,
  wantsData: boolean,
  namespaces: readonly number[],
): string {
  const accountHex = Buffer.from(account).toString('hex');
  return `MONITOR${accountHex}${signedAt}${wantsData ? 1 : 0}${namespaces.join(',')}`;
}

export const unsubscribeString = (account: Uint8Array, signedAt: number): string =>
  `UNSUBSCRIBE${Buffer.from(account).toString('hex')}${signedAt}`;
