import type { HeaderView, PostAnswer } from './transport.ts';

/** Looks up header fields without regard to case, whichever way they were given. */
export function headerView(headers: PostAnswer['headers']): HeaderView {
  if (isView(headers)) return headers;
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const text = typeof value === 'string' ? value : value?.[0];
    if (typeof text === 'string') values.set(name.toLowerCase(), text);
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}

function isView(headers: PostAnswer['headers']): headers is HeaderView {
  return typeof headers['get'] === 'function';
}
