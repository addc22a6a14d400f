/** A message in order, or what Google would object to in it. */
export type CheckedMessage =
  | { readonly kind: 'message'; readonly token: string; readonly isDryRun: boolean }
  | { readonly kind: 'bad-token' }
  | { readonly kind: 'bad-fields'; readonly fields: readonly string[] };

type Fields = { readonly [name: string]: unknown };
/** Says whether a field's value is acceptable. */
type Rule = (value: unknown) => boolean;

const TOKEN = /^[\x21-\x7e]{1,999}$/;
const DURATION = /^\d{1,7}(?:\.\d{1,9})?s$/;
const MAX_DATA_BYTES = 4_096;
const RESERVED_KEY = /^(?:from|message_type|gcm.*|google.*)$/;

const isText: Rule = (value) => typeof value === 'string';
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const REQUEST: { readonly [name: string]: Rule } = { message: isFields, validate_only: (v) => typeof v === 'boolean' };
const MESSAGE: { readonly [name: string]: Rule } = { token: isText, data: isFields, android: isFields };
const ANDROID: { readonly [name: string]: Rule } = {
  priority: (value) => value === 'HIGH' || value === 'NORMAL',
  ttl: (value) => typeof value === 'string' && DURATION.test(value),
};

/**
 * Checks a body of `messages:send` strictly: a token, data of strings, and for Android a priority and a lifetime; the
 * real service knows more fields, but a wakeup may hold nothing else.
 */
export function checkMessage(body: Buffer): CheckedMessage {
  const request = parse(body);
  const message = isFields(request?.['message']) ? request['message'] : {};
  const data = isFields(message['data']) ? message['data'] : {};
  const android = isFields(message['android']) ? message['android'] : {};
  const fields = [
    ...(request === null ? ['body'] : broken('', request, REQUEST)),
    ...broken('message.', message, MESSAGE),
    ...broken('message.android.', android, ANDROID),
    ...Object.entries(data).flatMap(([key, value]) =>
      isText(value) && !RESERVED_KEY.test(key) ? [] : [`message.data.${key}`],
    ),
    ...(Buffer.byteLength(Object.entries(data).flat().join('')) > MAX_DATA_BYTES ? ['message.data'] : []),
  ];
  if (fields.length > 0) return { kind: 'bad-fields', fields };
  const { token } = message;
  if (typeof token !== 'string' || !TOKEN.test(token)) return { kind: 'bad-token' };
  return { kind: 'message', token, isDryRun: request?.['validate_only'] === true };
}

const broken = (path: string, given: Fields, rules: { readonly [name: string]: Rule }): string[] =>
  Object.entries(given).flatMap(([name, value]) => (rules[name]?.(value) ? [] : [`${path}${name}`]));

function parse(body: Buffer): Fields | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}
