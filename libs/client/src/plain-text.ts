const MAX_LENGTH = 200;
/**
 * Control characters, line separators, halves of pairs, and what cannot be seen: what turns the direction of text, tags,
 * soft hyphens, marks of byte order.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;
/** No word of a relay is that long; keys, signatures and device tokens are. */
const LIKE_A_KEY = /[0-9A-Za-z+/=_:-]{24,}/g;

/**
 * What somebody else wrote, fit for a log or a terminal: one short line in which nothing looks like a key. `secret` is taken
 * out whatever it looks like, since the other side knows it and may repeat it.
 */
export function plainText(said: unknown, secret: string): string {
  if (typeof said !== 'string') return '';
  const open = secret === '' ? said : said.split(secret).join('…');
  const line = open.replace(UNPRINTABLE, ' ').replace(LIKE_A_KEY, '…').trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}
