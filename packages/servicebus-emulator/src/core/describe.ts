import type { EntityDefinition } from './entity-definition.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

/** The definition that a subscription has now. */
export function definitionOf({
  topic,
  subscription,
}: {
  readonly topic: Topic;
  readonly subscription: Subscription;
}): EntityDefinition & { readonly kind: 'subscription' } {
  const { name, queue, rules, deadLetterOnFilterErrors } = subscription;
  return {
    kind: 'subscription',
    topic: topic.path,
    name,
    options: queue.options,
    rules: rules.map(({ definition }) => definition),
    deadLetterOnFilterErrors,
  };
}
