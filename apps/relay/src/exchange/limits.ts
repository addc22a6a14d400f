/** Of a request's own body, in bytes: about 150 registrations. */
export const MAX_BODY_BYTES = 100_000;

/** Over 300 bytes go into one registration, so a list of more items holds something else. */
export const MAX_ITEMS = 500;

/**
 * What an onion request adds to the body inside it, in bytes: length, nonce, tag, and at most 4,096 each of metadata and of
 * JSON behind the ciphertext. So what fits into a body of its own fits into an onion request as well.
 */
const ONION_WRAPPING_BYTES = 8_400;

/** The most that any path takes; no connection is read beyond it. */
export const MAX_ONION_BYTES = MAX_BODY_BYTES + ONION_WRAPPING_BYTES;
