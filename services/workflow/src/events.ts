import type { Logger } from '@dronedelivery/service-kit/logger';
import { counter } from '@dronedelivery/service-kit/telemetry';
import type { DeliveryRequest } from './domain/request.ts';
import type { Ending } from './domain/saga.ts';

/** What the business wants to know of the saga. */
export interface SagaEvents {
  taken(request: DeliveryRequest): void;
  handled(request: DeliveryRequest, ending: Ending): void;
  unreadable(messageId: string): void;
  /** Receiving rests while a dependency's breaker is open. */
  paused(): void;
}

export interface DeadLetterEvents {
  resubmitted(letter: { readonly messageId: string }, times: number): void;
  parked(letter: { readonly messageId: string; readonly reason: string | undefined }, outcome: string): void;
  /** Nothing could be done about it yet. */
  kept(letter: { readonly messageId: string }): void;
}

const countEnded = counter('requests.ended', 'Requests that were brought to an end, by kind and outcome');
const countDelayed = counter('requests.delayed', 'Delayed copies of requests, by kind and reason');
const countDeadLettered = counter('requests.dead_lettered', 'Requests given to the supervisor, by reason');
const countPauses = counter('receiver.paused', 'Pauses of the receiver because a breaker was open');
const countResubmitted = counter('dead_letters.resubmitted', 'Dead letters that were sent again');
const countParked = counter('dead_letters.parked', 'Dead letters that wait for an operator, by outcome');

export function createSagaEvents(logger: Logger): SagaEvents {
  return {
    taken({ message, envelope }) {
      const { kind, deliveryId } = message;
      logger.debug({ deliveryId, kind, attempt: envelope.attempt }, 'request taken');
    },
    handled({ message, envelope }, ending) {
      const { kind, deliveryId } = message;
      const fields = { deliveryId, kind, attempt: envelope.attempt };
      switch (ending.kind) {
        case 'complete':
          countEnded(1, { kind, outcome: ending.outcome });
          return logger.info({ ...fields, outcome: ending.outcome, detail: ending.detail }, 'request ended');
        case 'delay': {
          countDelayed(1, { kind, reason: ending.reason });
          const until = new Date(ending.untilMs).toISOString();
          return logger.info({ ...fields, reason: ending.reason, until, detail: ending.detail }, 'request delayed');
        }
        case 'dead-letter':
          countDeadLettered(1, { reason: ending.reason });
          return logger.error({ ...fields, reason: ending.reason, detail: ending.description }, 'request given up');
      }
    },
    unreadable(messageId) {
      countDeadLettered(1, { reason: 'unreadable' });
      logger.error({ messageId }, 'message is no request');
    },
    paused() {
      countPauses();
      logger.warn({}, 'receiving rests: a breaker is open');
    },
  };
}

export function createDeadLetterEvents(logger: Logger): DeadLetterEvents {
  return {
    resubmitted({ messageId }, times) {
      countResubmitted();
      logger.warn({ messageId, times }, 'dead letter sent again');
    },
    parked({ messageId, reason }, outcome) {
      countParked(1, { outcome });
      logger.error({ messageId, reason, outcome }, 'dead letter parked');
    },
    kept({ messageId }) {
      logger.warn({ messageId }, 'dead letter kept: nothing could be done about it yet');
    },
  };
}
