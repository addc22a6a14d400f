import type { Service } from '@push/protocol';
import { jsonAnswer, type Outbound, type Routes } from '../http/route.ts';
import { type OnionKeys, publishedKey } from '../onion/onion-keys.ts';
import { openApiDocument } from './document.ts';

/** For developers of apps, and for whoever wants to know what is offered here. */
export function openApiRoute(services: readonly Service[], keys: OnionKeys): Routes {
  const handle = async (): Promise<Outbound> => jsonAnswer(200, openApiDocument(services, publishedKey(keys)));
  return { '/openapi.json': { method: 'GET', maxBodyBytes: 0, handle } };
}
