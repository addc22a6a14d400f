export type InputField =
  | 'seed'
  | 'account'
  | 'sessionEd25519'
  | 'subaccount'
  | 'signature'
  | 'namespaces'
  | 'service'
  | 'token'
  | 'relayUrl'
  | 'onionKey'
  | 'encType'
  | 'timeoutMs';

/** The caller gave something that no relay accepts; nothing was sent. The message never repeats a value. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'invalid-input';
  readonly field: InputField;

  constructor(field: InputField, expectation: string) {
    super(`${field} ${expectation}`);
    this.field = field;
  }
}
