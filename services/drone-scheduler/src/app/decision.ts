import type { Mission } from '../domain/mission.ts';
import type { MissionStep } from '../domain/mission-step.ts';
import type { Decision, MissionStore } from './ports.ts';

/** The decision to store a step that was made on `known`. */
export function decisionOf(step: MissionStep, known: Mission): Decision {
  return {
    mission: { record: step.mission, expectedSequence: known.sequence },
    drones: step.drones,
    events: step.events,
    usage: step.usage,
  };
}

export async function commitOne(store: MissionStore, decision: Decision): Promise<boolean> {
  const [outcome] = await store.commit([decision]);
  return outcome === 'committed';
}
