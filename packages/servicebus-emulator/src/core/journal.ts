import type { Content } from '../codec/content.ts';
import type { Message } from './message.ts';

/**
 * Where changes are written down. Nothing is durable before the turn that they belong to is committed; until then no
 * one outside hears of them.
 */
export interface Journal {
  /** Notes the turn in the message. */
  insert(entityId: number, message: Message, content: Content): void;
  /** Whether the turn that wrote the message down lies on the disk: before, nobody may get it. */
  isDurable(message: Message): boolean;
  /** State and delivery count have changed. */
  update(entityId: number, message: Message): void;
  rewrite(entityId: number, sequenceNumber: number, content: Content): void;
  remove(entityId: number, sequenceNumber: number): void;
  /** From here on `sequenceNumber` is taken. */
  advance(entityId: number, sequenceNumber: number): void;
  remember(entityId: number, messageId: string, untilMs: number): void;
  /** @param state undefined clears it */
  writeSessionState(entityId: number, sessionId: string, state: Buffer | undefined, writtenAtMs: number): void;
  forget(entityId: number, messageId: string): void;
  /** Nothing to write down, but should the turn be lost, what the entity has in memory is wrong. */
  touch(entityId: number): void;
  /**
   * The content of a message that is there; changes of the running turn are seen.
   * @throws BrokerError `storage-failed`
   */
  read(entityId: number, sequenceNumber: number): Content;
}

/** What a session state counts for the quota beyond its own bytes. */
export const stateOverheadBytes = 128;

/** What is known of one entity at the start. */
export interface EntityRecord {
  readonly id: number;
  readonly lastSequenceNumber: number;
  /** Of all session states together. */
  readonly stateBytes: number;
  /** In the order of their sequence numbers; to be read once, before anything else is read. */
  readonly messages: Iterable<Message>;
  /** In the order of their ends. */
  readonly remembered: readonly { readonly messageId: string; readonly untilMs: number }[];
}

/** That of an entity which holds nothing. */
export const emptyRecord: EntityRecord = {
  id: 0,
  lastSequenceNumber: 0,
  stateBytes: 0,
  messages: [],
  remembered: [],
};
