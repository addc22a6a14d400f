/** 200 with an object, or a refusal with text (421: with the right swarm). Bytes in it are Buffers. */
export interface StorageAnswer {
  readonly status: number;
  readonly body: string | { readonly [key: string]: unknown };
}
