import type { Clock } from '@dronedelivery/service-kit/clock';
import type { AssignDrone } from '../domain/assignment.ts';
import type { FlightRules } from '../domain/route.ts';
import type { FleetView } from './fleet-view.ts';
import type { MissionStore } from './ports.ts';

export interface DispatchRules extends FlightRules {
  /** A drone is bound this long before the pickup, and not earlier. */
  readonly assignAheadMs: number;
  /** Requests that come a little too early are served all the same. */
  readonly assignAheadMarginMs: number;
}

/** What decisions on deliveries are made with. */
export interface Dispatch {
  readonly store: MissionStore;
  readonly fleet: FleetView;
  readonly assignDrone: AssignDrone;
  readonly rules: DispatchRules;
  readonly clock: Pick<Clock, 'now'>;
  readonly newMissionId: () => string;
}

/** How often a decision is made anew when another process was faster. */
export const decisionAttemptsMax = 50;
