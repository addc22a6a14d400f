import type { MonitorRequest, UnsubscribeRequest } from './subscription.ts';

/** What the client signed: `MONITOR`, account in hexadecimal, time, `1` or `0` for data, namespaces joined by commas. */
export function monitorSignedBytes(
  request: Pick<MonitorRequest, 'account' | 'signedAt' | 'wantsData' | 'namespaces'>,
): Uint8Array {
  const { account, signedAt, wantsData, namespaces } = request;
  return ascii(`MONITOR${hex(account)}${signedAt}${wantsData ? '1' : '0'}${namespaces.join(',')}`);
}

/** What the client signed: `UNSUBSCRIBE`, account in hexadecimal, time. */
export function unsubscribeSignedBytes(request: Pick<UnsubscribeRequest, 'account' | 'signedAt'>): Uint8Array {
  return ascii(`UNSUBSCRIBE${hex(request.account)}${request.signedAt}`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
