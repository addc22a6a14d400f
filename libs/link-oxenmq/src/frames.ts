/** What a node's message means. Source: OxenMQ's wire. */
export type Frame =
  | { readonly kind: 'notify'; readonly body: Uint8Array }
  | { readonly kind: 'reply'; readonly tag: string; readonly parts: readonly Uint8Array[] }
  | { readonly kind: 'rejected'; readonly tag: string }
  /** The node has no such command. It does not say which request that was. */
  | { readonly kind: 'unknown-here'; readonly command: string }
  | { readonly kind: 'hello' }
  | { readonly kind: 'bye' }
  /** Of more parts than any node sends. */
  | { readonly kind: 'flood' }
  | { readonly kind: 'unreadable'; readonly reason: 'unknown-command' | 'malformed' };

/** Longer than any command or tag of ours. */
const LONGEST_WORD = 64;
/** No message of a node has more than three; this leaves room for an answer of several. */
const MOST_PARTS = 8;

export function readFrame(parts: readonly Uint8Array[]): Frame {
  if (parts.length > MOST_PARTS) return { kind: 'flood' };
  const [first, second, third] = parts;
  const malformed = { kind: 'unreadable', reason: 'malformed' } as const;
  switch (word(first)) {
    case 'notify.message':
      return second !== undefined && parts.length === 2 ? { kind: 'notify', body: second } : malformed;
    case 'REPLY': {
      const tag = word(second);
      return tag === null ? malformed : { kind: 'reply', tag, parts: parts.slice(2) };
    }
    case 'FORBIDDEN':
    case 'FORBIDDEN_SN':
    case 'NOT_A_SERVICE_NODE': {
      const tag = word(third);
      return word(second) === 'REPLY' && tag !== null ? { kind: 'rejected', tag } : malformed;
    }
    case 'UNKNOWNCOMMAND':
    case 'NO_REPLY_TAG': {
      const command = word(second);
      return command === null ? malformed : { kind: 'unknown-here', command };
    }
    case 'HELLO':
      return { kind: 'hello' };
    case 'BYE':
      return { kind: 'bye' };
    case null:
      return malformed;
    default:
      return { kind: 'unreadable', reason: 'unknown-command' };
  }
}

function word(part: Uint8Array | undefined): string | null {
  if (part === undefined || part.length > LONGEST_WORD) return null;
  return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
}
