/** The two functions of libsodium that our own are held to. The package brings no types. */
declare module 'sodium-native' {
  const sodium: {
    crypto_sign_verify_detached(signature: Buffer, message: Buffer, key: Buffer): boolean;
    /** Throws for a key that libsodium refuses. */
    crypto_sign_ed25519_pk_to_curve25519(out: Buffer, key: Buffer): void;
  };
  export default sodium;
}
