import type {
  NamespaceDefinition,
  QueueDefinition,
  SubscriptionDefinition,
  TopicDefinition,
} from '../config/definition.ts';
import type { EntityRecord } from './journal.ts';
import { Queue, type QueueSurroundings } from './queue.ts';
import { compileRule } from './rule.ts';
import { Subscription } from './subscription.ts';
import { Topic } from './topic.ts';

/** Reads an entity's record; one that is new gets an id. */
export type ReadRecord = (path: string) => EntityRecord;

/** Every queue, subscription and topic, by path. Paths do not distinguish letter case, as in Service Bus. */
export class Namespace {
  readonly name: string;
  /** Queues and subscriptions, their dead-letter queues apart. */
  readonly queues: readonly Queue[];
  readonly topics: readonly Topic[];
  readonly #byPath = new Map<string, Queue | Topic>();
  readonly #surroundings: QueueSurroundings;
  readonly #readRecord: ReadRecord;

  constructor(definition: NamespaceDefinition, readRecord: ReadRecord, surroundings: QueueSurroundings) {
    this.name = definition.name;
    this.#surroundings = surroundings;
    this.#readRecord = readRecord;
    this.topics = definition.topics.map((topic) => this.#buildTopic(topic));
    const queues = definition.queues.map(({ name, options }) => this.#buildQueue(name, options));
    this.queues = [...queues, ...this.topics.flatMap((topic) => topic.subscriptions.map(({ queue }) => queue))];
  }

  /** @param address such as `orders`, `events/Subscriptions/audit` or `orders/$deadletterqueue` */
  find(address: string): Queue | Topic | undefined {
    return this.#byPath.get(address.toLowerCase());
  }

  /** Everything that can have something due. */
  get entities(): Iterable<Queue | Topic> {
    return this.#byPath.values();
  }

  /** Takes over again what is durable. */
  reload(): void {
    for (const entity of this.entities) entity.load(this.#readRecord(entity.path));
  }

  #buildQueue(path: string, options: QueueDefinition['options']): Queue {
    const deadLetterPath = `${path}/$deadletterqueue`;
    const deadLetterOptions = {
      ...options,
      deadLetterOnExpiration: false,
      duplicateWindowMs: undefined,
      requiresSession: false,
    };
    const deadLetters = this.#load(
      (id) => new Queue(deadLetterPath, id, deadLetterOptions, this.#surroundings),
      deadLetterPath,
    );
    return this.#load((id) => new Queue(path, id, options, this.#surroundings, deadLetters), path);
  }

  #buildTopic({ name, options, subscriptions }: TopicDefinition): Topic {
    const built = subscriptions.map((subscription) => this.#buildSubscription(name, subscription));
    return this.#load((id) => new Topic(name, id, options, built, this.#surroundings.journal), name);
  }

  #buildSubscription(topicName: string, definition: SubscriptionDefinition): Subscription {
    const { name, options, rules, deadLetterOnFilterErrors } = definition;
    const queue = this.#buildQueue(`${topicName}/Subscriptions/${name}`, options);
    const compiled = rules.map((rule) => compileRule(rule, this.#surroundings.newLockToken));
    return new Subscription(name, queue, compiled, deadLetterOnFilterErrors);
  }

  #load<T extends Queue | Topic>(build: (id: number) => T, path: string): T {
    const record = this.#readRecord(path);
    const entity = build(record.id);
    entity.load(record);
    this.#byPath.set(path.toLowerCase(), entity);
    return entity;
  }
}
