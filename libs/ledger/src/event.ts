import type { FieldKind, FieldValue } from './field.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

/** One kind of log line: its level, the sentence an operator reads, and its only fields. */
export interface EventDeclaration {
  readonly level: Level;
  readonly text: string;
  readonly fields: { readonly [name: string]: FieldKind };
}

export type EventTable = { readonly [name: string]: EventDeclaration };

export type FieldsOf<E extends EventDeclaration> = {
  readonly [F in keyof E['fields']]: FieldValue<E['fields'][F]> | null;
};
