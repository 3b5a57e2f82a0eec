import { Id, literals, operation, strict } from '@dronedelivery/contracts';

const control = { service: 'simulator', method: 'POST', public: false, access: { kind: 'anonymous' } } as const;

/** For tests and benchmarks on the same machine. */
export const controlOperations = {
  injectFault: operation({
    ...control,
    id: 'injectFault',
    path: '/faults',
    summary: 'Cut the link of a drone, let it crash, or bring it back',
    body: strict({ droneId: Id, kind: literals('link-lost', 'crashed', 'restored') }),
    responses: { 204: null },
    errors: ['not-found'],
  }),
  pauseFlights: operation({
    ...control,
    id: 'pauseFlights',
    path: '/pause',
    summary: 'Hold all flights, charging and loading; telemetry and commands go on',
    responses: { 204: null },
    errors: [],
  }),
  resumeFlights: operation({
    ...control,
    id: 'resumeFlights',
    path: '/resume',
    summary: 'Let flights go on',
    responses: { 204: null },
    errors: [],
  }),
} as const;
