import type { QueueOptions, TopicOptions } from '../core/entity-options.ts';
import type { CorrelationFilterDefinition } from '../core/filter.ts';

/** What a namespace consists of, once the configuration is read: the single input of the broker. */
export interface NamespaceDefinition {
  readonly name: string;
  readonly queues: readonly QueueDefinition[];
  readonly topics: readonly TopicDefinition[];
}

export interface QueueDefinition {
  readonly name: string;
  readonly options: QueueOptions;
}

export interface TopicDefinition {
  readonly name: string;
  readonly options: TopicOptions;
  readonly subscriptions: readonly SubscriptionDefinition[];
}

export interface SubscriptionDefinition {
  readonly name: string;
  readonly options: QueueOptions;
  /** None: it gets every message. */
  readonly rules: readonly RuleDefinition[];
}

export interface RuleDefinition {
  readonly name: string;
  readonly filter: CorrelationFilterDefinition;
}
