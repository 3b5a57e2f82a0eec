import type { Administration, Membership } from '../../broker/administration.ts';
import { isOwnQueue, notFound } from '../../broker/administration.ts';
import { BrokerError } from '../../core/broker-error.ts';
import { isEntityName, subscriptionPath } from '../../core/entity-definition.ts';
import type { TopicOptions } from '../../core/entity-options.ts';
import { Queue } from '../../core/queue.ts';
import { defaultRule } from '../../core/rule-definition.ts';
import { checkShortName } from '../../core/short-name.ts';
import { Topic } from '../../core/topic.ts';
import type { XmlElement } from '../../xml/read-xml.ts';
import {
  type EntityFacts,
  type Entry,
  namespaceEntry,
  queueEntry,
  ruleEntry,
  subscriptionEntry,
  topicEntry,
} from './entries.ts';
import { queueFields, readQueue, readSubscription, readTopic, subscriptionFields, topicFields } from './fields.ts';
import type { Resource } from './resource.ts';
import { readRule } from './rule-xml.ts';
import { child } from './xml-parts.ts';

/** What can be done with a resource. Each throws BrokerError. */
export type Handler = ListHandler | ItemHandler;

interface ListHandler {
  list(): readonly Entry[];
}

export interface ItemHandler {
  get(): Entry;
  /** Absent for what cannot be changed. */
  readonly changes?: {
    create(description: XmlElement): Entry;
    update(description: XmlElement): Entry;
    remove(): void;
  };
}

/** The resources of the administration API. */
export class Resources {
  readonly #administration: Administration;

  constructor(administration: Administration) {
    this.#administration = administration;
  }

  find(resource: Resource): Handler {
    const { namespace } = this.#administration;
    switch (resource.kind) {
      case 'namespace':
        return { get: () => namespaceEntry(namespace.name, this.#administration.namespaceTimes) };
      case 'queues':
        return { list: () => namespace.queues.filter(isOwnQueue).map((queue) => this.#describe(queue)) };
      case 'topics':
        return { list: () => namespace.topics.map((topic) => this.#describe(topic)) };
      case 'entity':
        return this.#entity(resource.path);
      case 'subscriptions':
        return { list: () => this.#listSubscriptions(resource.topic) };
      case 'subscription':
        return this.#subscription(resource.topic, resource.name);
      case 'rules':
        return { list: () => this.#listRules(subscriptionPath(resource.topic, resource.subscription)) };
      case 'rule':
        return this.#rule(subscriptionPath(resource.topic, resource.subscription), resource.name);
    }
  }

  #entity(path: string): ItemHandler {
    const get = () => this.#getEntity(path);
    return {
      get: () => this.#describe(get()),
      changes: {
        create: (description) => this.#describe(this.#createEntity(path, description)),
        update: (description) => this.#describe(this.#updateEntity(get(), description)),
        remove: () => this.#administration.delete(get().path),
      },
    };
  }

  #getEntity(path: string): Queue | Topic {
    const entity = this.#administration.namespace.find(path);
    if (entity instanceof Topic || (entity instanceof Queue && isOwnQueue(entity))) return entity;
    throw notFound(path);
  }

  #createEntity(name: string, description: XmlElement): Queue | Topic {
    if (!isEntityName(name))
      throw new BrokerError('argument-invalid', `'${name.slice(0, 300)}' is no name of an entity.`);
    if (description.name === 'QueueDescription')
      return this.#administration.createQueue({ name, options: readQueue(description, {}) });
    if (description.name === 'TopicDescription')
      return this.#administration.createTopic({ name, options: readTopic(description, {}) });
    throw unexpected(description, 'QueueDescription or TopicDescription');
  }

  #updateEntity(entity: Queue | Topic, description: XmlElement): Queue | Topic {
    if (entity instanceof Queue) {
      const options = readQueue(expect(description, 'QueueDescription'), queueFields(entity.options));
      assertUnchanged('RequiresSession', options.requiresSession, entity.options.requiresSession);
      assertSameDuplicates(options, entity.options);
      this.#administration.updateQueue(entity, options);
    } else {
      const options = readTopic(expect(description, 'TopicDescription'), topicFields(entity.options));
      assertSameDuplicates(options, entity.options);
      this.#administration.updateTopic(entity, options);
    }
    return entity;
  }

  #listSubscriptions(topicName: string): Entry[] {
    const topic = this.#administration.getTopic(topicName);
    return topic.subscriptions.map((subscription) => this.#describeMember({ topic, subscription }));
  }

  #subscription(topic: string, name: string): ItemHandler {
    const path = subscriptionPath(topic, name);
    const get = () => this.#administration.getSubscription(path);
    return {
      get: () => this.#describeMember(get()),
      changes: {
        create: (description) => this.#describeMember(this.#createSubscription(topic, name, description)),
        update: (description) => this.#describeMember(this.#updateSubscription(get(), description)),
        remove: () => this.#administration.delete(get().subscription.queue.path),
      },
    };
  }

  #createSubscription(topic: string, name: string, description: XmlElement): Membership {
    const own = readSubscription(expect(description, 'SubscriptionDescription'), {});
    const first = child(description, 'DefaultRuleDescription');
    const rule = first === undefined ? defaultRule : readRule(first, undefined);
    return this.#administration.createSubscription(topic, { name: checkShortName(name), ...own, rules: [rule] });
  }

  #updateSubscription(membership: Membership, description: XmlElement): Membership {
    const { subscription } = membership;
    const current = { ...subscription, options: subscription.queue.options };
    const { deadLetterOnFilterErrors, options } = readSubscription(
      expect(description, 'SubscriptionDescription'),
      subscriptionFields({ ...current, deadLetterOnFilterErrors: subscription.deadLetterOnFilterErrors }),
    );
    assertUnchanged('RequiresSession', options.requiresSession, subscription.queue.options.requiresSession);
    this.#administration.updateSubscription(membership, options, deadLetterOnFilterErrors);
    return membership;
  }

  #listRules(path: string): Entry[] {
    const membership = this.#administration.getSubscription(path);
    const { rules } = membership.subscription;
    return rules.map(({ definition }) => this.#describeRule(membership, definition.name));
  }

  #rule(path: string, name: string): ItemHandler {
    const administration = this.#administration;
    const get = () => administration.getSubscription(path);
    const read = (description: XmlElement) => readRule(expect(description, 'RuleDescription'), name);
    return {
      get: () => this.#describeRule(get(), name),
      changes: {
        create: (description) => {
          administration.addRule(get(), read(description));
          return this.#describeRule(get(), name);
        },
        update: (description) => {
          administration.updateRule(get(), read(description));
          return this.#describeRule(get(), name);
        },
        remove: () => administration.removeRule(get(), name),
      },
    };
  }

  #describe(entity: Queue | Topic): Entry {
    return entity instanceof Queue
      ? queueEntry(entity, this.#factsOf(entity))
      : topicEntry(entity, this.#factsOf(entity));
  }

  #describeMember(membership: Membership): Entry {
    return subscriptionEntry(membership, this.#factsOf(membership.subscription.queue));
  }

  #describeRule(membership: Membership, name: string): Entry {
    const { queue } = membership.subscription;
    const { definition } = this.#administration.getRule(membership, name);
    return ruleEntry(queue.path, definition, this.#factsOf(queue));
  }

  #factsOf(entity: Queue | Topic): EntityFacts {
    return { ...this.#administration.timesOf(entity), accessedAtMs: this.#administration.accessedAtMs(entity) };
  }
}

function expect(description: XmlElement, name: string): XmlElement {
  if (description.name === name) return description;
  throw unexpected(description, name);
}

function unexpected(description: XmlElement, expected: string): BrokerError {
  return new BrokerError('argument-invalid', `Expected ${expected}, got ${description.name}.`);
}

function assertSameDuplicates(next: TopicOptions, current: TopicOptions): void {
  const looksFor = ({ duplicateWindowMs }: TopicOptions) => duplicateWindowMs !== undefined;
  assertUnchanged('RequiresDuplicateDetection', looksFor(next), looksFor(current));
}

function assertUnchanged(name: string, next: boolean, current: boolean): void {
  if (next !== current) throw new BrokerError('argument-invalid', `${name} cannot be changed: it is ${current}.`);
}
