export { createOutboxRelay, type OutboxLag, type OutboxRelay, type OutboxRelayOptions } from './outbox/relay.ts';
export { appendOutbox, type OutboxEntry, type OutboxMessage, outboxMigration } from './outbox/table.ts';
