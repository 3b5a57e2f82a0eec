import type { Content } from '../codec/content.ts';
import { type ApplicationProperties, withApplicationProperties } from '../codec/properties.ts';
import { bytesOf, type Message } from './message.ts';

/** Why a message goes to the dead letters; clients find it among its properties. */
export interface DeadLetterReason {
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly changes?: ApplicationProperties;
}

/*
 * The reasons that the service itself gives, in its words, by which clients tell them apart.
 */
export const expired: DeadLetterReason = {
  reason: 'TTLExpiredException',
  description: 'The message expired and was dead lettered.',
};

/** Of a message that a subscription gets, or that is forwarded: a sender is refused at once. */
export const sessionMissing: DeadLetterReason = {
  reason: 'Session id is null.',
  description: "Session enabled entity doesn't allow a message whose session identifier is null.",
};

export function deliveriesSpent(deliveryCount: number): DeadLetterReason {
  const description = `Message could not be consumed after ${deliveryCount} delivery attempts.`;
  return { reason: 'MaxDeliveryCountExceeded', description };
}

/** The message as it lies among the dead letters of the entity `source`: for ever. */
export function deadCopy(message: Message, content: Content, source: string): Message {
  return {
    ...message,
    bytes: bytesOf(content),
    deadLetterSource: source,
    expiresAtMs: Number.POSITIVE_INFINITY,
    state: 'active',
    removed: false,
  };
}

export function withReason(content: Content, { reason, description, changes }: DeadLetterReason): Content {
  const properties = new Map(changes ?? []);
  if (reason !== undefined) properties.set('DeadLetterReason', reason);
  if (description !== undefined) properties.set('DeadLetterErrorDescription', description);
  return withChanges(content, properties);
}

/** The content with some of its application properties changed. */
export function withChanges(content: Content, changes: ApplicationProperties): Content {
  return changes.size === 0 ? content : { ...content, bare: withApplicationProperties(content.bare, changes) };
}
