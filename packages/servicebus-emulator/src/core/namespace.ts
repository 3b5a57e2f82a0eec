import type {
  NamespaceDefinition,
  QueueDefinition,
  SubscriptionDefinition,
  TopicDefinition,
} from '../config/definition.ts';
import { subscriptionPath } from './entity-definition.ts';
import { deadLetterOptions } from './entity-options.ts';
import { type EntityRecord, emptyRecord } from './journal.ts';
import { Queue } from './queue.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { compileRule, type Rule } from './rule.ts';
import type { RuleDefinition } from './rule-definition.ts';
import { Subscription } from './subscription.ts';
import { Topic } from './topic.ts';

/** Reads an entity's record; one that is new gets an id. */
export type ReadRecord = (path: string) => EntityRecord;

/** Every queue, subscription and topic, by path. Paths do not distinguish letter case, as in Service Bus. */
export class Namespace {
  readonly name: string;
  readonly #byPath = new Map<string, Queue | Topic>();
  readonly #surroundings: QueueSurroundings;
  readonly #readRecord: ReadRecord;

  constructor(definition: NamespaceDefinition, readRecord: ReadRecord, surroundings: QueueSurroundings) {
    this.name = definition.name;
    this.#surroundings = surroundings;
    this.#readRecord = readRecord;
    for (const queue of definition.queues) this.add(this.buildQueue(queue));
    for (const topic of definition.topics) this.add(this.buildTopic(topic));
  }

  /** Queues and subscriptions, their dead-letter queues apart. */
  get queues(): readonly Queue[] {
    return [...this.entities].flatMap((entity) =>
      entity instanceof Queue && entity.deadLetters !== undefined ? [entity] : [],
    );
  }

  get topics(): readonly Topic[] {
    return [...this.entities].flatMap((entity) => (entity instanceof Topic ? [entity] : []));
  }

  /** @param address such as `orders`, `events/Subscriptions/audit` or `orders/$deadletterqueue` */
  find(address: string): Queue | Topic | undefined {
    return this.#byPath.get(address.toLowerCase());
  }

  /** Everything that can have something due. */
  get entities(): Iterable<Queue | Topic> {
    return this.#byPath.values();
  }

  /** Takes over again what is durable of these entities; the others keep what they have, their locks too. */
  reload(ids: ReadonlySet<number>): void {
    for (const entity of this.entities) if (ids.has(entity.id)) entity.load(this.#readRecord(entity.path));
  }

  /** Makes an entity findable, with what lies below it. */
  add(entity: Queue | Topic): void {
    for (const one of family(entity)) this.#byPath.set(one.path.toLowerCase(), one);
  }

  /** Forgets an entity, with what lies below it. Whoever still holds one finds it empty. */
  remove(entity: Queue | Topic): void {
    for (const one of family(entity)) {
      this.#byPath.delete(one.path.toLowerCase());
      one.load(emptyRecord);
    }
  }

  /** Not findable yet. */
  buildQueue({ name, options }: QueueDefinition): Queue {
    return this.#buildQueue(name, options);
  }

  /** Not findable yet. */
  buildTopic({ name, options, subscriptions }: TopicDefinition): Topic {
    const built = subscriptions.map((subscription) => this.buildSubscription(name, subscription));
    return this.#load((id) => new Topic(name, id, options, built, this.#surroundings.journal), name);
  }

  /**
   * Not findable yet, and in no topic.
   * @throws BrokerError `argument-invalid` when a rule cannot be understood
   */
  buildSubscription(topicName: string, definition: SubscriptionDefinition): Subscription {
    const { name, options, rules, deadLetterOnFilterErrors } = definition;
    const compiled = rules.map((rule) => this.compileRule(rule));
    const queue = this.#buildQueue(subscriptionPath(topicName, name), options);
    return new Subscription(name, queue, compiled, deadLetterOnFilterErrors);
  }

  /** @throws BrokerError `argument-invalid` */
  compileRule(definition: RuleDefinition): Rule {
    return compileRule(definition, this.#surroundings.newLockToken);
  }

  #buildQueue(path: string, options: QueueDefinition['options']): Queue {
    const deadLetterPath = `${path}/$deadletterqueue`;
    const deadLetters = this.#load(
      (id) => new Queue(deadLetterPath, id, deadLetterOptions(options), this.#surroundings),
      deadLetterPath,
    );
    return this.#load((id) => new Queue(path, id, options, this.#surroundings, deadLetters), path);
  }

  #load<T extends Queue | Topic>(build: (id: number) => T, path: string): T {
    const record = this.#readRecord(path);
    const entity = build(record.id);
    entity.load(record);
    return entity;
  }
}

/** An entity and what lies below it: dead letters, subscriptions. */
export function family(entity: Queue | Topic): (Queue | Topic)[] {
  if (entity instanceof Topic) return [entity, ...entity.subscriptions.flatMap(({ queue }) => family(queue))];
  return entity.deadLetters === undefined ? [entity] : [entity, entity.deadLetters];
}
