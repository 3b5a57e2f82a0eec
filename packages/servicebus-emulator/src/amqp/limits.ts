/** Bounds of what clients can ask of the broker. */
export interface AmqpLimits {
  /** Of one message or one batch, encoded. */
  readonly messageBytesMax: number;
  readonly frameBytesMax: number;
  readonly connectionsMax: number;
  readonly sessionsPerConnectionMax: number;
  readonly linksPerSessionMax: number;
  readonly messagesPerBatchMax: number;
  /** Deliveries of one session that wait for their settlement. */
  readonly unsettledPerSessionMax: number;
  /** Messages that a sender may have under way. */
  readonly senderCredit: number;
  /** Silence after which a connection is closed. */
  readonly idleTimeoutMs: number;
  /** From connecting to the AMQP open. */
  readonly handshakeTimeoutMs: number;
}

export const defaultAmqpLimits: AmqpLimits = {
  messageBytesMax: 256 * 1024,
  frameBytesMax: 256 * 1024,
  connectionsMax: 1_000,
  sessionsPerConnectionMax: 1_024,
  linksPerSessionMax: 256,
  messagesPerBatchMax: 4_500,
  unsettledPerSessionMax: 5_000,
  senderCredit: 1_000,
  idleTimeoutMs: 120_000,
  handshakeTimeoutMs: 30_000,
};
