import type { Content } from '../codec/content.ts';
import { BrokerError } from './broker-error.ts';
import type { Filterable } from './filter.ts';
import type { Origin } from './message.ts';
import { assertPropertiesFit } from './property-limits.ts';
import type { Queue } from './queue.ts';
import type { Rule } from './rule.ts';
import type { RuleDefinition } from './rule-definition.ts';
import { SqlEvaluationError } from './sql/sql-error.ts';

const rulesMax = 2_000;

/** Takes from its topic what its rules match. Without any rule it gets nothing. */
export class Subscription {
  readonly name: string;
  readonly queue: Queue;
  deadLetterOnFilterErrors: boolean;
  /** By name in lower case, in the order in which they were added. */
  readonly #rules = new Map<string, Rule>();
  /** That one message can become. */
  #copiesMax = 0;

  constructor(name: string, queue: Queue, rules: readonly Rule[], deadLetterOnFilterErrors: boolean) {
    this.name = name;
    this.queue = queue;
    this.deadLetterOnFilterErrors = deadLetterOnFilterErrors;
    for (const rule of rules) this.addRule(rule);
  }

  get rules(): readonly Rule[] {
    return [...this.#rules.values()];
  }

  /** Letter case does not count. */
  findRule(name: string): Rule | undefined {
    return this.#rules.get(name.toLowerCase());
  }

  /** @throws BrokerError `already-exists`, `quota-exceeded` */
  assertAddable({ name }: RuleDefinition): void {
    if (this.#rules.has(name.toLowerCase()))
      throw new BrokerError('already-exists', `The rule '${name}' of '${this.queue.path}' exists already.`);
    if (this.#rules.size >= rulesMax)
      throw new BrokerError('quota-exceeded', `'${this.queue.path}' has ${rulesMax} rules, the most that are allowed.`);
  }

  addRule(rule: Rule): void {
    this.#rules.set(rule.definition.name.toLowerCase(), rule);
    this.#copiesMax = this.#countCopies();
  }

  removeRule(name: string): void {
    this.#rules.delete(name.toLowerCase());
    this.#copiesMax = this.#countCopies();
  }

  /**
   * Refuses when what one message may become does not fit: a copy for each rule with an action, one for all others.
   * @throws BrokerError `quota-exceeded`
   */
  assertRoom(messages: number, bytes: number): void {
    this.queue.assertRoom(messages * this.#copiesMax, bytes * this.#copiesMax);
  }

  publish(content: Content, message: Filterable, nowMs: number, origin: Origin): void {
    for (const copy of this.#copies(content, message, nowMs, origin)) this.queue.enqueue(copy, nowMs, origin);
  }

  #copies(content: Content, message: Filterable, nowMs: number, origin: Origin): Content[] {
    const copies: Content[] = [];
    let plain = false;
    let failure: unknown;
    for (const { apply, matches } of this.#rules.values()) {
      try {
        if ((apply === undefined && plain) || !matches(message)) continue;
        if (apply === undefined) plain = true;
        else copies.push(fitting({ ...content, bare: apply(content.bare, message) }));
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) this.#refuse(content, failure, nowMs, origin);
    return plain ? [content, ...copies] : copies;
  }

  #countCopies(): number {
    const withAction = this.rules.filter(({ apply }) => apply !== undefined).length;
    return withAction + (withAction < this.#rules.size ? 1 : 0);
  }

  /** A rule failed on the message: what others match of it is not affected. */
  #refuse(content: Content, failure: unknown, nowMs: number, origin: Origin): void {
    if (!(failure instanceof SqlEvaluationError || failure instanceof BrokerError)) throw failure;
    if (!this.deadLetterOnFilterErrors) return;
    const reason = { reason: 'FilterEvaluationException', description: failure.message };
    this.queue.enqueueDead(content, nowMs, origin, reason);
  }
}

/** @throws BrokerError when an action has made more properties than a message may have */
function fitting(content: Content): Content {
  assertPropertiesFit(content);
  return content;
}
