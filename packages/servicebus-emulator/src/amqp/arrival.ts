import { type Arrival, type Content, splitMessage } from '../codec/content.ts';
import { readSystemProperties, sizesOfProperties } from '../codec/properties.ts';
import { BrokerError } from '../core/broker-error.ts';
import { assertPropertiesFit } from '../core/property-limits.ts';
import { newMessageId } from './message-id.ts';

const idCharactersMax = 128;

/**
 * A message that a client sends.
 * @throws BrokerError `message-too-large`, `argument-invalid`
 * @throws DecodeError
 */
export function readArrival(encoded: Buffer, messageBytesMax: number): Arrival {
  if (encoded.length > messageBytesMax) throw tooLarge(messageBytesMax);
  const arrival = splitMessage(encoded, newMessageId);
  assertPropertiesFit(arrival.content);
  assertIdsFit(arrival.content);
  return arrival;
}

export function tooLarge(messageBytesMax: number): BrokerError {
  const text = `The message is larger than ${messageBytesMax} bytes, the largest that is allowed.`;
  return new BrokerError('message-too-large', text);
}

/** The ids by which the broker finds things; other properties may be longer. */
function assertIdsFit({ bare }: Content): void {
  // No id can be too long within a section that is shorter: the ordinary case costs nothing.
  if (sizesOfProperties(bare).system <= idCharactersMax) return;
  const { messageId, sessionId, replyToSessionId } = readSystemProperties(bare);
  for (const [name, id] of Object.entries({ messageId, sessionId, replyToSessionId })) {
    if (typeof id === 'string' && id.length > idCharactersMax)
      throw new BrokerError('argument-invalid', `${name} has ${id.length} characters; ${idCharactersMax} are allowed.`);
  }
}
