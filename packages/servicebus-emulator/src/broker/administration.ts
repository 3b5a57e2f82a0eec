import type { QueueDefinition, SubscriptionDefinition, TopicDefinition } from '../config/definition.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { definitionOf } from '../core/describe.ts';
import {
  type EntityDefinition,
  entitiesMax,
  splitSubscriptionPath,
  subscriptionPath,
} from '../core/entity-definition.ts';
import type { QueueOptions, TopicOptions } from '../core/entity-options.ts';
import { family, type Namespace } from '../core/namespace.ts';
import { Queue } from '../core/queue.ts';
import type { Rule } from '../core/rule.ts';
import type { RuleDefinition } from '../core/rule-definition.ts';
import type { Subscription } from '../core/subscription.ts';
import { Topic } from '../core/topic.ts';
import type { EntityTimes } from '../storage/revision-table.ts';
import type { SqliteStore } from '../storage/sqlite-store.ts';

/** As the service has it. */
const subscriptionsPerTopicMax = 2_000;

/** Where the times of the namespace itself are kept: no entity has this path. */
const namespacePath = '';

/** A subscription with the topic that it belongs to. */
export interface Membership {
  readonly topic: Topic;
  readonly subscription: Subscription;
}

export interface AdministrationSurroundings {
  readonly namespace: Namespace;
  readonly catalogue: Catalogue;
  readonly store: SqliteStore;
  nowMs(): number;
  /** Makes durable what is in hand, and answers it. */
  settle(): void;
  /** Something may be due, or ready, that was not before. */
  wake(): void;
  accessedAtMs(entity: Queue | Topic): number | undefined;
  /** Whoever uses the entity has to let go of it. */
  detach(entity: Queue | Topic, reason: BrokerError): void;
}

/**
 * Makes, changes and deletes entities and rules while the broker runs. A change is durable before memory follows: one
 * that cannot be stored has not happened.
 */
export class Administration {
  readonly #surroundings: AdministrationSurroundings;

  constructor(surroundings: AdministrationSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Notes what is there: only the first time counts. */
  begin(): void {
    const { namespace, nowMs, store } = this.#surroundings;
    for (const path of [namespacePath, ...[...namespace.entities].map((entity) => entity.path)])
      store.revisions.appear(path, nowMs());
    store.commit();
  }

  get namespace(): Namespace {
    return this.#surroundings.namespace;
  }

  /** Of the namespace itself. */
  get namespaceTimes(): EntityTimes {
    return this.#surroundings.store.revisions.readTimes(namespacePath);
  }

  /** When a client last used the entity; undefined when none has since the broker started. */
  accessedAtMs(entity: Queue | Topic): number | undefined {
    return this.#surroundings.accessedAtMs(entity);
  }

  timesOf({ path }: Queue | Topic): EntityTimes {
    return this.#surroundings.store.revisions.readTimes(path);
  }

  /** @throws BrokerError `already-exists`, `quota-exceeded`, `storage-failed` */
  createQueue(definition: QueueDefinition): Queue {
    this.#assertFree(definition.name);
    this.#assertRoomForEntity();
    this.#assertForwards(definition.name, definition.options);
    const queue = this.#build(() => this.namespace.buildQueue(definition));
    this.#write(queue, { kind: 'queue', ...definition });
    this.namespace.add(queue);
    return queue;
  }

  /** @throws BrokerError `already-exists`, `quota-exceeded`, `storage-failed` */
  createTopic(definition: Omit<TopicDefinition, 'subscriptions'>): Topic {
    this.#assertFree(definition.name);
    this.#assertRoomForEntity();
    const topic = this.#build(() => this.namespace.buildTopic({ ...definition, subscriptions: [] }));
    this.#write(topic, { kind: 'topic', ...definition });
    this.namespace.add(topic);
    return topic;
  }

  /** @throws BrokerError `entity-not-found`, `already-exists`, `quota-exceeded`, `argument-invalid`, `storage-failed` */
  createSubscription(topicPath: string, definition: SubscriptionDefinition): Membership {
    const topic = this.getTopic(topicPath);
    this.#assertFree(subscriptionPath(topic.path, definition.name));
    this.#assertForwards(subscriptionPath(topic.path, definition.name), definition.options);
    if (topic.subscriptions.length >= subscriptionsPerTopicMax)
      throw new BrokerError(
        'quota-exceeded',
        `'${topic.path}' has ${subscriptionsPerTopicMax} subscriptions, the most.`,
      );
    const subscription = this.#build(() => this.namespace.buildSubscription(topic.path, definition));
    this.#write(subscription.queue, { kind: 'subscription', topic: topic.path, ...definition });
    this.namespace.add(subscription.queue);
    topic.addSubscription(subscription);
    return { topic, subscription };
  }

  /** @throws BrokerError `storage-failed` */
  updateQueue(queue: Queue, options: QueueOptions): void {
    this.#assertForwards(queue.path, options);
    this.#write(queue, { kind: 'queue', name: queue.path, options });
    this.#redefine(queue, options);
  }

  /** @throws BrokerError `storage-failed` */
  updateTopic(topic: Topic, options: TopicOptions): void {
    this.#write(topic, { kind: 'topic', name: topic.path, options });
    topic.redefine(options);
    this.#detachIfDisabled(topic);
  }

  /** @throws BrokerError `storage-failed` */
  updateSubscription(membership: Membership, options: QueueOptions, deadLetterOnFilterErrors: boolean): void {
    const { subscription } = membership;
    this.#assertForwards(subscription.queue.path, options);
    this.#write(subscription.queue, { ...definitionOf(membership), options, deadLetterOnFilterErrors });
    subscription.deadLetterOnFilterErrors = deadLetterOnFilterErrors;
    this.#redefine(subscription.queue, options);
  }

  /**
   * Deletes an entity with all that it holds; a topic with its subscriptions.
   * @throws BrokerError `entity-not-found`, `storage-failed`
   */
  delete(path: string): void {
    const entity = this.#get(path);
    const membership = this.findSubscription(path);
    const all = family(entity);
    this.#commit((store) => {
      for (const one of all) this.#forget(store, one.path);
    });
    membership?.topic.removeSubscription(membership.subscription);
    this.namespace.remove(entity);
    for (const one of all) this.#surroundings.detach(one, notFound(one.path));
  }

  /** @throws BrokerError `already-exists`, `quota-exceeded`, `argument-invalid`, `storage-failed` */
  addRule(membership: Membership, definition: RuleDefinition): Rule {
    membership.subscription.assertAddable(definition);
    return this.#putRule(membership, definition);
  }

  /** @throws BrokerError `entity-not-found`, `argument-invalid`, `storage-failed` */
  updateRule(membership: Membership, definition: RuleDefinition): Rule {
    this.getRule(membership, definition.name);
    return this.#putRule(membership, definition);
  }

  /** @throws BrokerError `entity-not-found`, `storage-failed` */
  removeRule(membership: Membership, name: string): void {
    const { definition } = this.getRule(membership, name);
    this.#writeRules(membership, (rules) => rules.filter((rule) => rule.name !== definition.name));
    membership.subscription.removeRule(name);
  }

  /** @throws BrokerError `entity-not-found` */
  getRule({ subscription }: Membership, name: string): Rule {
    const rule = subscription.findRule(name);
    if (rule === undefined) throw notFound(`${subscription.queue.path}/Rules/${name}`);
    return rule;
  }

  findSubscription(path: string): Membership | undefined {
    const names = splitSubscriptionPath(path);
    const topic = names && this.namespace.find(names.topic);
    const subscription = topic instanceof Topic ? topic.findSubscription(names?.name ?? '') : undefined;
    return topic instanceof Topic && subscription !== undefined ? { topic, subscription } : undefined;
  }

  /** @throws BrokerError `entity-not-found` */
  getSubscription(path: string): Membership {
    const membership = this.findSubscription(path);
    if (membership === undefined) throw notFound(path);
    return membership;
  }

  /** @throws BrokerError `entity-not-found` */
  getTopic(path: string): Topic {
    const topic = this.namespace.find(path);
    if (topic instanceof Topic) return topic;
    throw notFound(path);
  }

  #get(path: string): Queue | Topic {
    const entity = this.namespace.find(path);
    const own = entity instanceof Queue ? entity.deadLetters !== undefined : entity !== undefined;
    if (entity === undefined || !own) throw notFound(path);
    return entity;
  }

  #putRule(membership: Membership, definition: RuleDefinition): Rule {
    const rule = this.namespace.compileRule(definition);
    this.#writeRules(membership, (rules) => withRule(rules, definition));
    membership.subscription.addRule(rule);
    return rule;
  }

  #writeRules(membership: Membership, change: (rules: readonly RuleDefinition[]) => readonly RuleDefinition[]): void {
    const definition = definitionOf(membership);
    this.#write(membership.subscription.queue, { ...definition, rules: change(definition.rules) });
  }

  #assertFree(path: string): void {
    if (this.namespace.find(path) !== undefined)
      throw new BrokerError('already-exists', `The messaging entity '${path}' exists already.`);
  }

  #assertRoomForEntity(): void {
    if (this.namespace.queues.filter(isOwnQueue).length + this.namespace.topics.length >= entitiesMax)
      throw new BrokerError('quota-exceeded', `The namespace has ${entitiesMax} entities, the most that are allowed.`);
  }

  /** An id that is given within a turn would be given again if the turn were lost. */
  #build<T>(build: () => T): T {
    this.#surroundings.settle();
    return build();
  }

  #write(entity: Queue | Topic, definition: EntityDefinition): void {
    const { catalogue, nowMs } = this.#surroundings;
    this.#commit(({ revisions }) => {
      revisions.save(catalogue.revise(entity.path, definition));
      revisions.appear(entity.path, nowMs());
      revisions.modify(entity.path, nowMs());
    });
  }

  #forget(store: SqliteStore, path: string): void {
    const { catalogue } = this.#surroundings;
    const revision = catalogue.revise(path, undefined);
    if (catalogue.isForgotten(revision)) store.revisions.drop(revision.path);
    else store.revisions.save(revision);
    store.revisions.vanish(path);
    store.dropRecord(path);
  }

  #commit(write: (store: SqliteStore) => void): void {
    const { settle, store } = this.#surroundings;
    settle();
    write(store);
    store.commit();
  }

  #assertForwards(path: string, options: QueueOptions): void {
    const { forwardTo, forwardDeadLettersTo, requiresSession } = options;
    for (const target of [forwardTo, forwardDeadLettersTo]) {
      if (target === undefined) continue;
      const taker = this.namespace.find(target);
      if (target.toLowerCase() === path.toLowerCase())
        throw new BrokerError('argument-invalid', `'${path}' cannot forward to itself.`);
      if (taker === undefined || (taker instanceof Queue && !isOwnQueue(taker)))
        throw new BrokerError('argument-invalid', `There is no queue or topic '${target}' to forward to.`);
    }
    if (requiresSession && forwardTo !== undefined)
      throw new BrokerError('argument-invalid', `'${path}' requires sessions: it cannot be forwarded.`);
  }

  #redefine(queue: Queue, options: QueueOptions): void {
    const before = queue.options.forwardTo;
    queue.redefine(options);
    const text = `The messages of '${queue.path}' are forwarded: nobody can receive them.`;
    if (options.forwardTo !== undefined && before === undefined)
      this.#surroundings.detach(queue, new BrokerError('not-allowed', text));
    this.#detachIfDisabled(queue);
    this.#surroundings.wake();
  }

  #detachIfDisabled(entity: Queue | Topic): void {
    const { status } = entity.options;
    if (status === 'Active') return;
    const reason = new BrokerError('entity-disabled', `The messaging entity '${entity.path}' is ${status}.`);
    this.#surroundings.detach(entity, reason);
  }
}

/** Neither a subscription nor dead letters. */
export function isOwnQueue(queue: Queue): boolean {
  return queue.deadLetters !== undefined && splitSubscriptionPath(queue.path) === undefined;
}

/** In the place of the rule with the same name, or at the end. */
function withRule(rules: readonly RuleDefinition[], definition: RuleDefinition): readonly RuleDefinition[] {
  const at = rules.findIndex(({ name }) => name.toLowerCase() === definition.name.toLowerCase());
  return at < 0 ? [...rules, definition] : rules.with(at, definition);
}

/** Clients recognise this very sentence, not only the condition. */
export function notFound(path: string): BrokerError {
  return new BrokerError('entity-not-found', `The messaging entity '${path}' could not be found.`);
}
