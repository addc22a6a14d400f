/** Something that must not be found anywhere: an account, a token, a signature, a key, a message. */
export interface Secret {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Sighting {
  readonly secret: string;
  readonly form: string;
  readonly place: string;
}

interface Form {
  readonly name: string;
  readonly pattern: Buffer;
}

/**
 * Every spelling in which bytes end up in files by accident: raw, hexadecimal of either case, and base64 in both
 * alphabets at each of the three alignments it can have inside longer data.
 */
export function spellingsOf(bytes: Uint8Array): Form[] {
  const raw = Buffer.from(bytes);
  const forms: Form[] = [
    { name: 'raw', pattern: raw },
    { name: 'hex', pattern: Buffer.from(raw.toString('hex')) },
    { name: 'HEX', pattern: Buffer.from(raw.toString('hex').toUpperCase()) },
  ];
  for (const encoding of ['base64', 'base64url'] as const) {
    for (const shift of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(shift), raw])
        .toString(encoding)
        .replace(/=+$/, '');
      // The first and last characters mix with neighbouring bytes; what is between them does not.
      const first = shift === 0 ? 0 : shift + 1;
      const last = text.length - ((shift + raw.length) % 3 === 0 ? 0 : 1);
      forms.push({ name: `${encoding}+${shift}`, pattern: Buffer.from(text.slice(first, last)) });
    }
  }
  return forms;
}

/** Shorter patterns would be found by chance. */
const SHORTEST_PATTERN = 8;

/** Looks for every spelling of every secret in every haystack. */
export function findSecrets(
  haystacks: readonly { readonly place: string; readonly content: Buffer }[],
  secrets: readonly Secret[],
): Sighting[] {
  const sightings: Sighting[] = [];
  for (const secret of secrets) {
    for (const { name, pattern } of spellingsOf(secret.bytes)) {
      if (pattern.length < SHORTEST_PATTERN) throw new Error(`${secret.name} is too short to search for`);
      for (const { place, content } of haystacks) {
        if (content.includes(pattern)) sightings.push({ secret: secret.name, form: name, place });
      }
    }
  }
  return sightings;
}
