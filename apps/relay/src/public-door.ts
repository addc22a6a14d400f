import type { Metrics } from '@push/ops';
import type { Service } from '@push/protocol';
import { createFrontDoor, type FrontDoor } from './http/front-door.ts';
import type { OnionKeys } from './onion/onion-keys.ts';
import { onionRoute } from './onion/onion-route.ts';
import { openApiRoute } from './openapi/openapi-route.ts';
import { registrationRoutes } from './registration/registration-routes.ts';
import type { Registrar } from './registration/registrar.ts';

export interface PublicDoorOptions {
  readonly registrar: Registrar;
  readonly services: readonly Service[];
  readonly onionKeys: OnionKeys;
  readonly metrics: Metrics;
}

/** Every public path. Whatever can be asked for over HTTP can be inside an onion request, but for another onion request. */
export function createPublicDoor({ registrar, services, onionKeys, metrics }: PublicDoorOptions): FrontDoor {
  const routes = { ...registrationRoutes(registrar), ...openApiRoute(services, onionKeys) };
  const inside = createFrontDoor(routes, metrics);
  return createFrontDoor({ ...routes, ...onionRoute({ keys: onionKeys, inside, metrics }) }, metrics);
}
