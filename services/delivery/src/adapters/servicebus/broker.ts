import { MissionEvent, PositionsEvent, subscriptions, topics } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import type { Logger } from '@dronedelivery/service-kit/logger';
import { messageReader, outgoingMessage } from '@dronedelivery/service-kit/messages';
import type { OutboxMessage } from '@dronedelivery/service-kit/outbox';
import {
  complete,
  type HandlingContext,
  type ReceivedMessage,
  type Receiver,
  type ServiceBus,
  type Settlement,
} from '@dronedelivery/service-kit/servicebus';

export interface LiveOptions {
  readonly bus: ServiceBus;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly silenceMs: number;
  /** Before each piece of news of a mission is looked into. */
  readonly onMissionNews: (message: ReceivedMessage) => void;
  readonly noteMissionEvent: (event: MissionEvent) => Promise<void>;
  readonly notePositions: (event: PositionsEvent) => Promise<void>;
}

/** Enough that their writes share commits. */
const missionEventsMax = 128;
/** One message holds all drones of a second; a second one may come while the first is written. */
const positionMessagesMax = 2;
const retryMs = 250;
const retryMsMax = 5000;
/** Longer than any outage of the own store that should end by itself. */
const holdMsMax = 240_000;

const readMissionEvent = messageReader(MissionEvent);
const readPositions = messageReader(PositionsEvent);

/** News of the fleet, until the bus is closed. */
export function receiveLive(options: LiveOptions): readonly Receiver[] {
  const { bus, logger, clock, silenceMs, onMissionNews, noteMissionEvent, notePositions } = options;
  const missions = bus.receive({
    from: { topic: topics.droneEvents, subscription: subscriptions.delivery },
    logger,
    clock,
    silenceMs,
    concurrencyMax: missionEventsMax,
    lockRenewalMsMax: holdMsMax,
    handler: async (message, time): Promise<Settlement> => {
      onMissionNews(message);
      const event = readMissionEvent(message);
      if (!event.ok) return event.settlement;
      await untilStored(() => noteMissionEvent(event.value), clock, time);
      return complete;
    },
  });
  const positions = bus.receive({
    from: { topic: topics.dronePositions, subscription: subscriptions.delivery },
    logger,
    clock,
    silenceMs,
    concurrencyMax: positionMessagesMax,
    handler: async (message): Promise<Settlement> => {
      const event = readPositions(message);
      if (!event.ok) return event.settlement;
      // The next second brings newer ones: a position is not worth a second attempt.
      await notePositions(event.value).catch((error: unknown) => logger.warn({ err: error }, 'positions not noted'));
      return complete;
    },
  });
  return [missions, positions];
}

/** What the relay of the outbox sends by. */
export function sendThrough(bus: ServiceBus): (entity: string, messages: readonly OutboxMessage[]) => Promise<void> {
  return (entity, messages) => bus.sender(entity).send(messages.map(outgoingMessage));
}

/**
 * A store that is away for a while (a full disk, a lock) is waited for with the message in hand: giving it back would spend
 * its delivery count.
 */
async function untilStored(work: () => Promise<void>, clock: Clock, time: HandlingContext): Promise<void> {
  for (let waitMs = retryMs; ; waitMs = Math.min(2 * waitMs, retryMsMax)) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof AppError && error.code === 'unavailable';
      if (!isAway || time.signal.aborted) throw error;
      await pause(clock, waitMs, time.signal);
    }
  }
}
