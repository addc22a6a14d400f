import { decodeBencode } from '../bencode.ts';
import { encodeBencode } from '../bencode-encoder.ts';
import { jsonObject } from './envelope.ts';

/** The request that an onion request carries, in HTTP's terms. */
export interface InnerRequest {
  readonly method: string;
  /** Begins with a slash; may have a query. */
  readonly endpoint: string;
  /** Empty where there is none. A view of the plaintext. */
  readonly body: Uint8Array;
}

export interface InnerAnswer {
  /** HTTP status. */
  readonly code: number;
  /** Names in lower case; `content-length` is left out, since the length of the body is told already. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const MAX_METADATA_BYTES = 4_096;
const METHOD = /^[A-Za-z]{1,16}$/;
const MAX_ENDPOINT_LENGTH = 2_048;

/**
 * Reads a bencoded list of metadata (JSON: `method`, `endpoint`, perhaps `headers`) and, for POST and PUT always, a body.
 * @returns `null` for anything else.
 */
export function readInnerRequest(plaintext: Uint8Array): InnerRequest | null {
  const list = decodeBencode(plaintext, { maxDepth: 1, maxValues: 3 });
  if (!Array.isArray(list) || list.length > 2) return null;
  const [metadata, body] = list as readonly unknown[];
  if (!(metadata instanceof Uint8Array) || metadata.length > MAX_METADATA_BYTES) return null;
  if (body !== undefined && !(body instanceof Uint8Array)) return null;
  const { method, endpoint, headers } = jsonObject(metadata) ?? {};
  if (typeof method !== 'string' || !METHOD.test(method)) return null;
  if (typeof endpoint !== 'string' || !endpoint.startsWith('/') || endpoint.length > MAX_ENDPOINT_LENGTH) return null;
  if (headers != null && (typeof headers !== 'object' || Array.isArray(headers))) return null;
  if (body === undefined && (method === 'POST' || method === 'PUT')) return null;
  return { method, endpoint, body: body ?? new Uint8Array() };
}

/** So that the metadata of every answer is equally long. */
const METADATA_BYTES = 256;

/** A bencoded list of exactly two strings: `{"code":…,"headers":…}`, with spaces behind it, and the body. */
export function encodeInnerAnswer({ code, headers, body }: InnerAnswer): Uint8Array {
  const told = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'));
  return encodeBencode([JSON.stringify({ code, headers: told }).padEnd(METADATA_BYTES), body]);
}
