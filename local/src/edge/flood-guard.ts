import { edgeRoutes } from '@dronedelivery/contracts';
import type { TurnAway } from '@dronedelivery/service-kit/http';
import type { Admission } from './admission.ts';
import type { TurnedAway } from './turned-away.ts';

/** What comes in floods: work that a business asks for, by a path that needs no router. */
const flooded = new Map(
  edgeRoutes
    .filter(({ method, path, access }) => method === 'POST' && !path.includes(':') && access.kind !== 'anonymous')
    .map((operation) => [`${operation.method} ${operation.path}`, operation]),
);

/**
 * Turns away whoever has used up its rate, or has just been told by the service that there is no room: the work that
 * was accepted needs the time that a route, its hooks and a body would take.
 */
export function createFloodGuard(
  admission: Pick<Admission, 'admitKnown'>,
  turnedAway: Pick<TurnedAway, 'refusalOf'>,
): TurnAway {
  return (request) => {
    const operation = flooded.get(`${request.method} ${request.url}`);
    if (operation === undefined) return undefined;
    const caller = admission.admitKnown(request);
    return typeof caller === 'string' ? turnedAway.refusalOf(operation, caller) : caller;
  };
}
