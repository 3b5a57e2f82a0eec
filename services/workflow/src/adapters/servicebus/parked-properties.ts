import { messageProperties } from '@dronedelivery/contracts';
import type { ApplicationProperties } from './envelope.ts';

/** Why a letter is parked, and what was done about its delivery. */
export interface Parking {
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly outcome: string;
  /** Sequence number of the original. */
  readonly sequence: string;
}

const names = { reason: 'parkedReason', description: 'parkedDescription', outcome: 'parkedOutcome' } as const;

export function parkedProperties({ reason = '', description = '', outcome, sequence }: Parking) {
  return {
    [names.reason]: reason,
    [names.description]: description,
    [names.outcome]: outcome,
    [messageProperties.originalSequenceNumber]: sequence,
  };
}

export function readParking(properties: ApplicationProperties): Pick<Parking, 'reason' | 'description'> {
  const { [names.reason]: reason, [names.description]: description } = properties;
  return {
    reason: typeof reason === 'string' && reason !== '' ? reason : undefined,
    description: typeof description === 'string' && description !== '' ? description : undefined,
  };
}

/** The properties of the request itself. */
export function withoutParking<P extends ApplicationProperties>(properties: P): P {
  const own = Object.entries(properties).filter(([name]) => !Object.values<string>(names).includes(name));
  return Object.fromEntries(own) as P;
}
