import { randomUUID } from 'node:crypto';

/** In the form that Service Bus gives to messages without an id: 32 hexadecimal digits. */
export function newMessageId(): string {
  return randomUUID().replaceAll('-', '');
}
