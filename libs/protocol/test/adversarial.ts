import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { createHash } from 'node:crypto';

/** One signature, with a name for the family it belongs to. */
export interface Case {
  readonly family: string;
  readonly signature: Uint8Array;
  readonly message: Uint8Array;
  readonly key: Uint8Array;
}

type Point = InstanceType<typeof ed25519.Point>;
const { Point } = ed25519;
const { ORDER: L } = Point.Fn;
const P = Point.Fp.ORDER;

/** A stream of bytes that is the same in every run. */
export class Seeded {
  #counter = 0;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(length: number): Uint8Array {
    const blocks = Array.from({ length: Math.ceil(length / 64) }, () =>
      createHash('sha512')
        .update(`${this.#seed}/${this.#counter++}`)
        .digest(),
    );
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  }

  below(limit: number): number {
    return Number(bytesToNumberLE(this.bytes(8)) % BigInt(limit));
  }

  scalar(): bigint {
    return (bytesToNumberLE(this.bytes(64)) % (L - 1n)) + 1n;
  }
}

/** The eight points of the torsion subgroup. */
export const TORSION: readonly Point[] = ((): Point[] => {
  const generator = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', true);
  const points = [Point.ZERO];
  while (points.length < 8) points.push((points.at(-1) ?? Point.ZERO).add(generator));
  return points;
})();

const TORSION_ENCODINGS = TORSION.map((point) => point.toBytes());

/** Small order, y below 20 or nearly p, and every y that is not below p; with either sign. */
export const EDGE_ENCODINGS: readonly Uint8Array[] = [
  ...TORSION_ENCODINGS,
  ...Array.from({ length: 20 }, (_, i) => BigInt(i))
    .flatMap((i) => [i, P - i, P + (i % 19n)])
    .flatMap((y) => [numberToBytesLE(y, 32), numberToBytesLE(y | (1n << 255n), 32)]),
];

function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  return bytesToNumberLE(createHash('sha512').update(r).update(key).update(message).digest()) % L;
}

/** A signature whose equation holds but for the torsion parts of R and A. */
function forge(random: Seeded, parts: { r: Point; nonce: bigint; key: Point; secret: bigint }): Omit<Case, 'family'> {
  const [r, key, message] = [parts.r.toBytes(), parts.key.toBytes(), random.bytes(random.below(80))];
  const s = (parts.nonce + challenge(r, key, message) * parts.secret) % L;
  return { signature: Buffer.concat([r, numberToBytesLE(s, 32)]), message, key };
}

function flip(random: Seeded, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
}

/**
 * A signature that satisfies the verification equation as it stands, S·B = R + h·A, though R or A is of small order: only
 * a refusal of such points keeps a verifier from accepting it. Searches the message until the torsion parts cancel.
 *
 * @param torsion index in {@link TORSION} of the torsion part of the key.
 * @param honest the nonce and R of an honest signer, or `null` for an R of small order.
 */
function fitting(
  random: Seeded,
  { key, secret, torsion }: { key: Uint8Array; secret: bigint; torsion: number },
  honest: { r: Uint8Array; nonce: bigint } | null,
): Omit<Case, 'family'> {
  for (;;) {
    const i = honest === null ? random.below(8) : 0;
    const r = honest?.r ?? TORSION_ENCODINGS[i] ?? new Uint8Array(32);
    const message = random.bytes(24);
    const h = challenge(r, key, message);
    if ((Number(h % 8n) * torsion + i) % 8 !== 0) continue;
    const s = ((honest?.nonce ?? 0n) + h * secret) % L;
    return { signature: Buffer.concat([r, numberToBytesLE(s, 32)]), message, key };
  }
}

/** `rounds` signatures of each family, and of each edge encoding as key and as R. */
export function* adversarialCases(random: Seeded, rounds: number): Generator<Case> {
  for (let round = 0; round < rounds; round++) {
    const [secret, nonce] = [random.scalar(), random.scalar()];
    const [key, r] = [Point.BASE.multiply(secret), Point.BASE.multiply(nonce)];
    const torsionIndex = 1 + (round % 7);
    const torsion = TORSION[torsionIndex] ?? Point.ZERO;
    const honest = forge(random, { r, nonce, key, secret });
    const s = bytesToNumberLE(honest.signature.subarray(32));
    const withS = (value: bigint): Uint8Array =>
      Buffer.concat([honest.signature.subarray(0, 32), numberToBytesLE(value, 32)]);

    yield { family: 'honest', ...honest };
    yield { family: 'S + L', ...honest, signature: withS(s + L) };
    yield { family: 'S with high bits', ...honest, signature: withS(s | (1n << BigInt(253 + (round % 3)))) };
    yield { family: 'bit of signature', ...honest, signature: flip(random, honest.signature) };
    yield { family: 'bit of key', ...honest, key: flip(random, honest.key) };
    if (honest.message.length > 0) yield { family: 'bit of message', ...honest, message: flip(random, honest.message) };
    yield { family: 'mixed key', ...forge(random, { r, nonce, key: key.add(torsion), secret }) };
    yield { family: 'mixed R', ...forge(random, { r: r.add(torsion), nonce, key, secret }) };
    yield { family: 'mixed key and R', ...forge(random, { r: r.add(torsion), nonce, key: key.add(torsion), secret }) };
    yield { family: 'small key', ...forge(random, { r, nonce, key: torsion, secret: 0n }) };
    yield { family: 'small R', ...forge(random, { r: torsion, nonce: 0n, key, secret }) };
    yield { family: 'small key and R', ...forge(random, { r: torsion, nonce: 0n, key: torsion, secret: 0n }) };
    yield { family: 'identity as R', ...forge(random, { r: Point.ZERO, nonce: 0n, key, secret }) };
    const small = { key: torsion.toBytes(), secret: 0n, torsion: torsionIndex };
    yield { family: 'small key that fits', ...fitting(random, small, { r: r.toBytes(), nonce }) };
    const mixed = { key: key.add(torsion).toBytes(), secret, torsion: torsionIndex };
    yield { family: 'small R that fits', ...fitting(random, mixed, null) };
    yield { family: 'random', signature: random.bytes(64), message: random.bytes(40), key: random.bytes(32) };
    yield { family: 'random S', ...honest, signature: withS(bytesToNumberLE(random.bytes(32))) };
  }
  for (const edge of EDGE_ENCODINGS) {
    const nonce = random.scalar();
    const r = Point.BASE.multiply(nonce).toBytes();
    const message = random.bytes(32);
    const s = numberToBytesLE(nonce, 32);
    yield { family: 'edge key', signature: Buffer.concat([r, s]), message, key: edge };
    yield { family: 'edge R', signature: Buffer.concat([edge, s]), message, key: r };
    yield { family: 'edge R, S = 0', signature: Buffer.concat([edge, new Uint8Array(32)]), message, key: edge };
  }
}
