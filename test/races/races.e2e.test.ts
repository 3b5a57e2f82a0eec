import { changeRaces } from './changes.ts';
import { fleetRaces } from './fleet.ts';
import { messageRaces } from './messages.ts';
import { raceSuite } from './race-suite.ts';
import { redeliveryRaces } from './redelivery.ts';

/** Waits that a race would otherwise spend most of its time in. */
const quick = {
  workflow: {
    CONCURRENCY: '8',
    // It tells when a request is taken into hand.
    LOG_LEVEL: 'debug',
    BEFORE_CREATE_DELAY_MS: '400',
    BEFORE_CREATE_TRIES_MAX: '6',
    RELEASE_PENDING_DELAY_MS: '300',
    TRANSIENT_DELAY_FIRST_MS: '300',
    NO_DRONE_DELAY_FIRST_MS: '200',
    NO_DRONE_DELAY_MAX_MS: '500',
    CALL_TIMEOUT_MS: '1000',
    CALL_RETRIES: '1',
    BREAKER_OPEN_MS: '500',
  },
  supervisor: { CALL_TIMEOUT_MS: '1000', CALL_RETRIES: '1', BREAKER_OPEN_MS: '500', RETRY_DELAY_MS: '300' },
  delivery: { SILENCE_MS: '1000' },
  /** Long enough to be met at it. */
  'drone-scheduler': { LOADING_S: '100' },
} as const;

const options = {
  drones: 40,
  timeScale: 80,
  lockSeconds: 5,
  brokerFaults: true,
  replicas: { workflow: 2, 'drone-scheduler': 2 },
  settings: quick,
} as const;

raceSuite('races of the saga', options, (race) => {
  changeRaces(race);
  messageRaces(race);
  redeliveryRaces(race);
  fleetRaces(race);
});
