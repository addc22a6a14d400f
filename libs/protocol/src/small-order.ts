/** Whether the first 32 bytes of `encoded` are, the sign bit aside, the y of an Edwards point of small order. */
export function hasSmallOrderY(encoded: Uint8Array): boolean {
  return isListed(SMALL_ORDER_Y, encoded);
}

/** Whether X25519 of any secret with the first 32 bytes of `encoded` is all zeros. */
export function hasSmallOrderU(encoded: Uint8Array): boolean {
  return isListed(SMALL_ORDER_U, encoded);
}

function isListed(list: readonly Uint8Array[], encoded: Uint8Array): boolean {
  return list.some((value) => {
    if (((encoded[31] ?? 0) & 0x7f) !== value[31]) return false;
    for (let i = 0; i < 31; i++) if (encoded[i] !== value[i]) return false;
    return true;
  });
}

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** `ge25519_has_small_order` of libsodium: 0, 1, the two y of order 8, p − 1, p, p + 1; little-endian. */
const SMALL_ORDER_Y: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(bytes);

/** The same of `crypto_scalarmult_curve25519`, whose u of order 8 are others. */
const SMALL_ORDER_U: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(bytes);
