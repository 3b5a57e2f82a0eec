import type {
  NamespaceDefinition,
  QueueDefinition,
  SubscriptionDefinition,
  TopicDefinition,
} from '../config/definition.ts';

/** One entity, apart from those below it. */
export type EntityDefinition =
  | (QueueDefinition & { readonly kind: 'queue' })
  | (Omit<TopicDefinition, 'subscriptions'> & { readonly kind: 'topic' })
  | (SubscriptionDefinition & { readonly kind: 'subscription'; readonly topic: string });

/** Queues and topics of one namespace, as the service has it. */
export const entitiesMax = 10_000;

const subscriptionsPart = '/subscriptions/';

/** What a queue or a topic may be called: 1 to 260 letters, digits, and . - _ ~ / inside, and not as a subscription is. */
export function isEntityName(name: string): boolean {
  return /^[A-Za-z0-9](?:[\w./~-]{0,258}[A-Za-z0-9_])?$/.test(name) && splitSubscriptionPath(name) === undefined;
}

/** As clients address it, such as `orders` or `events/Subscriptions/audit`. */
export function pathOf(definition: EntityDefinition): string {
  const { name } = definition;
  return definition.kind === 'subscription' ? subscriptionPath(definition.topic, name) : name;
}

export function subscriptionPath(topic: string, subscription: string): string {
  return `${topic}/Subscriptions/${subscription}`;
}

/** The names in a subscription's path; undefined when it is another entity's. Letter case does not count. */
export function splitSubscriptionPath(path: string): { readonly topic: string; readonly name: string } | undefined {
  const at = path.toLowerCase().lastIndexOf(subscriptionsPart);
  return at < 0 ? undefined : { topic: path.slice(0, at), name: path.slice(at + subscriptionsPart.length) };
}

/** The path that clients may write as a whole URL, as they do for the destination of forwarding. */
export function withoutHost(address: string): string {
  return address.replace(/^[a-z]+:\/\/[^/]*\//i, '');
}

/** Step by step: a pattern for the slashes at the end would look at every run of slashes again and again. */
export function trimSlashes(path: string): string {
  let [start, end] = [0, path.length];
  while (path[start] === '/') start++;
  while (end > start && path[end - 1] === '/') end--;
  return path.slice(start, end);
}

/** Topics come before their subscriptions. */
export function flatten({ queues, topics }: NamespaceDefinition): EntityDefinition[] {
  return [
    ...queues.map((queue) => ({ kind: 'queue', ...queue }) as const),
    ...topics.flatMap(({ subscriptions, ...topic }) => [
      { kind: 'topic', ...topic } as const,
      ...subscriptions.map((one) => ({ kind: 'subscription', topic: topic.name, ...one }) as const),
    ]),
  ];
}

/** Subscriptions whose topic is not there are left out. */
export function assemble(name: string, entities: readonly EntityDefinition[]): NamespaceDefinition {
  const topics = entities.flatMap((entity) => (entity.kind === 'topic' ? [entity] : []));
  const subscriptions = entities.flatMap((entity) => (entity.kind === 'subscription' ? [entity] : []));
  return {
    name,
    queues: entities.flatMap((entity) => (entity.kind === 'queue' ? [entity] : [])),
    topics: topics.map((topic) => ({
      ...topic,
      subscriptions: subscriptions.filter((one) => one.topic.toLowerCase() === topic.name.toLowerCase()),
    })),
  };
}
