/** One request as it came in. */
export interface PushRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly payload: Buffer;
}

export interface PushRefusal {
  readonly status: number;
  readonly reason: string;
}

const PUSH_TYPES = new Set([
  'alert',
  'background',
  'complication',
  'controls',
  'fileprovider',
  'liveactivity',
  'location',
  'mdm',
  'pushtotalk',
  'voip',
  'widgets',
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TOKEN = /^(?:[0-9a-f]{2}){32,100}$/i;
const MAX_COLLAPSE_ID_BYTES = 64;
const MAX_PAYLOAD_BYTES = 4_096;

/** The token of a well-formed path, or why there is none. */
export function tokenOf({ method, path }: PushRequest): string | PushRefusal {
  if (method !== 'POST') return { status: 405, reason: 'MethodNotAllowed' };
  const token = /^\/3\/device\/([^/?]*)$/.exec(path)?.[1];
  if (token === undefined) return { status: 404, reason: 'BadPath' };
  if (token === '') return { status: 400, reason: 'MissingDeviceToken' };
  return TOKEN.test(token) ? token.toLowerCase() : { status: 400, reason: 'BadDeviceToken' };
}

/** What Apple would object to in headers and payload, apart from credentials. */
export function objectionTo({ headers, payload }: PushRequest, topic: string): PushRefusal | null {
  const refuse = (reason: string): PushRefusal => ({ status: 400, reason });
  if (headers['apns-topic'] === undefined) return refuse('MissingTopic');
  if (headers['apns-topic'] !== topic) return refuse('TopicDisallowed');
  if (!PUSH_TYPES.has(headers['apns-push-type'] ?? 'missing')) return refuse('InvalidPushType');
  if (!/^(?:1|5|10)$/.test(headers['apns-priority'] ?? '10')) return refuse('BadPriority');
  if (!/^\d{1,12}$/.test(headers['apns-expiration'] ?? '0')) return refuse('BadExpirationDate');
  if (headers['apns-id'] !== undefined && !UUID.test(headers['apns-id'])) return refuse('BadMessageId');
  if (Buffer.byteLength(headers['apns-collapse-id'] ?? '') > MAX_COLLAPSE_ID_BYTES) return refuse('BadCollapseId');
  if (payload.length > MAX_PAYLOAD_BYTES) return { status: 413, reason: 'PayloadTooLarge' };
  return hasAps(payload) ? null : refuse('PayloadEmpty');
}

function hasAps(payload: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return typeof value === 'object' && value !== null && 'aps' in value;
  } catch {
    return false;
  }
}
