/** The functions of libsodium that our own are held to. The package brings no types. */
declare module 'sodium-native' {
  const sodium: {
    crypto_sign_verify_detached(signature: Buffer, message: Buffer, key: Buffer): boolean;
    /** Throws for a key that libsodium refuses. */
    crypto_sign_ed25519_pk_to_curve25519(out: Buffer, key: Buffer): void;
    /** Throws where the result is all zeros. */
    crypto_scalarmult(out: Buffer, secret: Buffer, publicKey: Buffer): void;
    crypto_scalarmult_base(publicKey: Buffer, secret: Buffer): void;
    crypto_generichash_batch(out: Buffer, parts: readonly Buffer[]): void;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      out: Buffer,
      message: Buffer,
      data: null,
      nsec: null,
      nonce: Buffer,
      key: Buffer,
    ): number;
    crypto_aead_xchacha20poly1305_ietf_decrypt(
      out: Buffer,
      nsec: null,
      sealed: Buffer,
      data: null,
      nonce: Buffer,
      key: Buffer,
    ): number;
  };
  export default sodium;
}
