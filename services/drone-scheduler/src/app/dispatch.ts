import type { Clock } from '@dronedelivery/service-kit/clock';
import type { AssignDrone } from '../domain/assignment.ts';
import type { DispatchRules } from '../domain/route.ts';
import type { FleetView } from './fleet-view.ts';
import type { MissionStore } from './ports.ts';

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
