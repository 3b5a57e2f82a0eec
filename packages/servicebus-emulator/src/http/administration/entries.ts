import type { Membership } from '../../broker/administration.ts';
import type { Queue } from '../../core/queue.ts';
import type { RuleDefinition } from '../../core/rule-definition.ts';
import type { Topic } from '../../core/topic.ts';
import type { EntityTimes } from '../../storage/revision-table.ts';
import type { XmlNode } from '../../xml/write-xml.ts';
import { type Fields, queueFields, subscriptionFields, topicFields } from './fields.ts';
import { instanceNamespace, writeRule } from './rule-xml.ts';

const serviceNamespace = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const countsNamespace = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';
const atomNamespace = 'http://www.w3.org/2005/Atom';

/** What is known of an entity beside its options. */
export interface EntityFacts extends EntityTimes {
  /** Undefined: no one has used it since the broker started. */
  readonly accessedAtMs: number | undefined;
}

/** One described thing, before it gets its address. */
export interface Entry {
  /** Its path below the namespace. */
  readonly path: string;
  readonly title: string;
  readonly facts: EntityTimes;
  readonly description: XmlNode;
}

export function queueEntry(queue: Queue, facts: EntityFacts): Entry {
  const { active, deadLettered, scheduled, deferred } = queue.counts;
  const parts = [
    ...elements(queueFields(queue.options)),
    ...elements({
      EnableBatchedOperations: true,
      SizeInBytes: queue.bytes + (queue.deadLetters?.bytes ?? 0),
      MessageCount: active + deadLettered + scheduled + deferred,
      IsAnonymousAccessible: false,
      AuthorizationRules: '',
      SupportOrdering: true,
      EnablePartitioning: false,
      EnableExpress: false,
    }),
    ...common(facts, counts(queue)),
  ];
  return { path: queue.path, title: queue.path, facts, description: describe('QueueDescription', parts) };
}

export function topicEntry(topic: Topic, facts: EntityFacts): Entry {
  const held = topic.subscriptions.map(({ queue }) => queue.bytes + (queue.deadLetters?.bytes ?? 0));
  const parts = [
    ...elements(topicFields(topic.options)),
    ...elements({
      EnableBatchedOperations: true,
      SizeInBytes: held.reduce((sum, bytes) => sum + bytes, 0),
      FilteringMessagesBeforePublishing: false,
      IsAnonymousAccessible: false,
      AuthorizationRules: '',
      SupportOrdering: true,
      SubscriptionCount: topic.subscriptions.length,
      EnablePartitioning: false,
      EnableSubscriptionPartitioning: false,
      EnableExpress: false,
    }),
    ...common(facts, { scheduled: topic.scheduled, active: 0, deadLettered: 0 }),
  ];
  return { path: topic.path, title: topic.path, facts, description: describe('TopicDescription', parts) };
}

export function subscriptionEntry({ subscription }: Membership, facts: EntityFacts): Entry {
  const { name, queue } = subscription;
  const { active, deadLettered, scheduled, deferred } = queue.counts;
  const parts = [
    ...elements(subscriptionFields({ ...subscription, options: queue.options })),
    ...elements({
      EnableBatchedOperations: true,
      MessageCount: active + deadLettered + scheduled + deferred,
    }),
    ...common(facts, counts(queue)),
  ];
  return { path: queue.path, title: name, facts, description: describe('SubscriptionDescription', parts) };
}

export function ruleEntry(subscriptionPath: string, rule: RuleDefinition, facts: EntityTimes): Entry {
  const description = describe('RuleDescription', writeRule(rule, time(facts.createdAtMs)));
  return { path: `${subscriptionPath}/Rules/${rule.name}`, title: rule.name, facts, description };
}

export function namespaceEntry(name: string, facts: EntityTimes): Entry {
  const parts = elements({
    Alias: '',
    CreatedTime: time(facts.createdAtMs),
    MessagingSKU: 'Standard',
    ModifiedTime: time(facts.modifiedAtMs),
    Name: name,
    NamespaceType: 'Messaging',
  });
  return { path: '$namespaceinfo', title: name, facts, description: describe('NamespaceInfo', parts) };
}

/** @param addressOf makes a path an address */
export function writeEntry(entry: Entry, addressOf: (path: string) => string): XmlNode {
  const address = addressOf(entry.path);
  return {
    name: 'entry',
    attributes: { xmlns: atomNamespace },
    content: [
      { name: 'id', content: address },
      { name: 'title', attributes: { type: 'text' }, content: entry.title },
      { name: 'published', content: time(entry.facts.createdAtMs) },
      { name: 'updated', content: time(entry.facts.modifiedAtMs) },
      { name: 'link', attributes: { rel: 'self', href: address } },
      { name: 'content', attributes: { type: 'application/xml' }, content: [entry.description] },
    ],
  };
}

export interface FeedAddresses {
  readonly self: string;
  /** The next page; undefined when this is the last. */
  readonly next: string | undefined;
}

export function writeFeed(entries: readonly XmlNode[], { self, next }: FeedAddresses, nowMs: number): XmlNode {
  const link = (rel: string, href: string) => ({ name: 'link', attributes: { rel, href } });
  return {
    name: 'feed',
    attributes: { xmlns: atomNamespace },
    content: [
      { name: 'title', attributes: { type: 'text' } },
      { name: 'id', content: self },
      { name: 'updated', content: time(nowMs) },
      link('self', self),
      ...(next === undefined ? [] : [link('next', next)]),
      ...entries,
    ],
  };
}

function describe(name: string, content: readonly XmlNode[]): XmlNode {
  return { name, attributes: { xmlns: serviceNamespace, 'xmlns:i': instanceNamespace }, content };
}

function elements(fields: Fields): XmlNode[] {
  const { MaxMessageCount: _, ...described } = fields;
  return Object.entries(described).map(([name, value]) => ({ name, content: String(value) }));
}

interface Counts {
  readonly active: number;
  readonly deadLettered: number;
  readonly scheduled: number;
}

function counts(queue: Queue): Counts {
  return queue.counts;
}

function common(facts: EntityFacts, { active, deadLettered, scheduled }: Counts): XmlNode[] {
  const numbers = {
    ActiveMessageCount: active,
    DeadLetterMessageCount: deadLettered,
    ScheduledMessageCount: scheduled,
    TransferMessageCount: 0,
    TransferDeadLetterMessageCount: 0,
  };
  const content = Object.entries(numbers).map(([name, count]) => ({ name: `d2p1:${name}`, content: String(count) }));
  return [
    { name: 'CountDetails', attributes: { 'xmlns:d2p1': countsNamespace }, content },
    ...elements({
      CreatedAt: time(facts.createdAtMs),
      UpdatedAt: time(facts.modifiedAtMs),
      AccessedAt: facts.accessedAtMs === undefined ? '0001-01-01T00:00:00Z' : time(facts.accessedAtMs),
      EntityAvailabilityStatus: 'Available',
    }),
  ];
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
