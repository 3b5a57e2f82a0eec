/** What a request's path names. */
export type Resource =
  | { readonly kind: 'namespace' | 'queues' | 'topics' }
  /** A queue or a topic; which, only its description says. */
  | { readonly kind: 'entity'; readonly path: string }
  | { readonly kind: 'subscriptions'; readonly topic: string }
  | { readonly kind: 'subscription'; readonly topic: string; readonly name: string }
  | { readonly kind: 'rules'; readonly topic: string; readonly subscription: string }
  | { readonly kind: 'rule'; readonly topic: string; readonly subscription: string; readonly name: string };

const lists: ReadonlyMap<string, Resource> = new Map([
  ['$namespaceinfo', { kind: 'namespace' }],
  ['$resources/queues', { kind: 'queues' }],
  ['$resources/topics', { kind: 'topics' }],
]);

const below = /^(.+?)\/subscriptions(?:\/([^/]+)(?:\/rules(?:\/([^/]+))?)?)?$/i;
const rulesOf = /\/rules(?:\/[^/]+)?$/i;

/** @param path decoded, without slashes at its ends; letter case does not count in the parts that are given */
export function parseResource(path: string): Resource {
  const list = lists.get(path.toLowerCase());
  if (list !== undefined) return list;
  const [, topic, subscription, rule] = below.exec(path) ?? [];
  if (topic === undefined) return { kind: 'entity', path };
  if (subscription === undefined) return { kind: 'subscriptions', topic };
  if (rule !== undefined) return { kind: 'rule', topic, subscription, name: rule };
  return rulesOf.test(path)
    ? { kind: 'rules', topic, subscription }
    : { kind: 'subscription', topic, name: subscription };
}
