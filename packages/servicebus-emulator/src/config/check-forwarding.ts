import type { QueueDefinition, TopicDefinition } from './definition.ts';
import type { ConfigReader } from './reader.ts';

/** Reports what cannot be forwarded where it is to go: only queues and topics that there are take messages. */
export function checkForwarding(
  reader: ConfigReader,
  queues: readonly QueueDefinition[],
  topics: readonly TopicDefinition[],
  path: string,
): void {
  const takers = new Set([...queues, ...topics].map(({ name }) => name.toLowerCase()));
  const check = ({ name, options }: QueueDefinition, at: string): void => {
    const { forwardTo, forwardDeadLettersTo, requiresSession } = options;
    for (const [property, target] of Object.entries({
      ForwardTo: forwardTo,
      ForwardDeadLetteredMessagesTo: forwardDeadLettersTo,
    })) {
      if (target === undefined) continue;
      if (!takers.has(target.toLowerCase())) reader.report(at, `${property}: there is no queue or topic '${target}'`);
      else if (target.toLowerCase() === name.toLowerCase()) reader.report(at, `${property}: '${target}' is itself`);
    }
    if (requiresSession && forwardTo !== undefined) reader.report(at, 'what requires sessions cannot be forwarded');
  };
  for (const [index, queue] of queues.entries()) check(queue, `${path}.Queues[${index}]`);
  for (const [index, { subscriptions }] of topics.entries()) {
    for (const [at, { name, options }] of subscriptions.entries())
      check({ name: `/${name}`, options }, `${path}.Topics[${index}].Subscriptions[${at}]`);
  }
}
