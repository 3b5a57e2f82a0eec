import type { QueueOptions, TopicOptions } from '../core/entity-options.ts';
import type { RuleDefinition } from '../core/rule-definition.ts';

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
  /** It gets what any of them matches; without any, nothing. */
  readonly rules: readonly RuleDefinition[];
  /** Whether a message that a rule fails on becomes a dead letter; otherwise the rule does not match it. */
  readonly deadLetterOnFilterErrors: boolean;
}
