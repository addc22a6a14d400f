import type { Service } from '@push/protocol';
import { jsonAnswer, type Outbound, type Routes } from '../exchange/route.ts';
import { type OnionKeys, publishedKey } from '../onion/onion-keys.ts';
import { openApiDocument } from './document.ts';

/** For developers of apps, and for whoever wants to know what is offered here. */
export function openApiRoute(services: readonly Service[], keys: OnionKeys): Routes {
  let made: { readonly of: unknown; readonly answer: Outbound } | null = null;
  const handle = async (): Promise<Outbound> => {
    const current = keys();
    // Writing the schemas out takes about two milliseconds.
    if (made?.of !== current)
      made = { of: current, answer: jsonAnswer(200, openApiDocument(services, publishedKey(keys))) };
    return made.answer;
  };
  return { '/openapi.json': { method: 'GET', maxBodyBytes: 0, handle } };
}
