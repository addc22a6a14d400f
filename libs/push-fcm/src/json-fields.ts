/** An object out of JSON whose fields may be anything. */
export type Fields = { readonly [name: string]: unknown };

/** `value` if it is an object, else one without fields. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

/** The same for JSON text; what is not JSON has no fields. */
export function parseFields(json: string): Fields {
  try {
    return fieldsOf(JSON.parse(json));
  } catch {
    return {};
  }
}
