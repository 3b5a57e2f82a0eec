export type { SharedAccessKeys } from './amqp/authority.ts';
export type { AmqpLimits } from './amqp/limits.ts';
export type {
  NamespaceDefinition,
  QueueDefinition,
  SubscriptionDefinition,
  TopicDefinition,
} from './config/definition.ts';
export { ConfigError, parseConfig } from './config/parse-config.ts';
export type { Clock } from './core/clock.ts';
export type { Literal } from './core/literal.ts';
export type { CorrelationDefinition, FilterDefinition, RuleDefinition, SqlDefinition } from './core/rule-definition.ts';
export { type Emulator, type EmulatorOptions, startServiceBusEmulator } from './emulator.ts';
export type { FaultControl, FaultDefinition, FaultKind, FaultReport } from './faults/fault.ts';
export type { EntityStatusReport, StatusReport } from './http/status.ts';
