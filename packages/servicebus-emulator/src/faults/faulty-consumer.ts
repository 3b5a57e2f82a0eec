import type { Consumer } from '../broker/dispatcher.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { Clock } from '../core/clock.ts';
import type { Outlet } from '../core/held-session.ts';
import type { Lock, MessageCopy } from '../core/message.ts';
import type { Queue } from '../core/queue.ts';
import type { FaultPlan } from './fault-plan.ts';

/** Stands before a consumer and lets go wrong what the plan says. */
export class FaultyConsumer implements Consumer {
  readonly #consumer: Consumer;
  readonly #plan: FaultPlan;
  readonly #clock: Clock;
  readonly #touch: (outlet: Outlet) => void;
  /** To go out once more, before anything else does. */
  readonly #again: MessageCopy[] = [];
  #isCut = false;

  constructor(consumer: Consumer, plan: FaultPlan, clock: Clock, touch: (outlet: Outlet) => void) {
    this.#consumer = consumer;
    this.#plan = plan;
    this.#clock = clock;
    this.#touch = touch;
  }

  get outlet(): Outlet {
    return this.#consumer.outlet;
  }

  get queue(): Queue {
    return this.#consumer.queue;
  }

  get mode(): Consumer['mode'] {
    return this.#consumer.mode;
  }

  get canTake(): boolean {
    return !this.#isCut && this.#again.length === 0 && this.#consumer.canTake;
  }

  reserve(): void {
    this.#consumer.reserve();
  }

  deliver(message: MessageCopy): void {
    this.#plan.pass(this.queue.path, () => this.#handOut(message));
  }

  fail(reason: BrokerError): void {
    this.#consumer.fail(reason);
  }

  onIdle(): void {
    if (this.#isCut) return;
    this.#repeat();
    this.#consumer.onIdle();
  }

  #handOut(message: MessageCopy): void {
    const { path } = this.queue;
    if (this.#isCut || this.#plan.strikes('cut-link-silently', path)) this.#cut(message.lock);
    else {
      this.#consumer.deliver(message);
      if (this.#plan.strikes('deliver-twice', path)) this.#again.push(message);
      if (message.lock !== undefined) this.#expireEarly(message.lock);
    }
    // Whatever was held back until now may have kept the link from being drained.
    this.#touch(this.outlet);
  }

  #repeat(): void {
    while (this.#again.length > 0 && this.#consumer.canTake) {
      this.#consumer.reserve();
      this.#consumer.deliver(this.#again.shift() as MessageCopy);
      this.#touch(this.outlet);
    }
  }

  /** What was meant for it goes to others; one that is received and deleted is lost, as on any broken link. */
  #cut(lock: Lock | undefined): void {
    this.#isCut = true;
    if (lock !== undefined) this.#settle(() => this.queue.release(lock.token, this.#clock.nowMs()));
  }

  #expireEarly({ token }: Lock): void {
    const fault = this.#plan.strike('expire-lock', this.queue.path);
    if (fault === undefined) return;
    this.#plan.after(fault.definition.delayMs ?? 0, () =>
      this.#settle(() => this.queue.abandon(token, this.#clock.nowMs())),
    );
  }

  /** The receiver may have been faster. */
  #settle(change: () => void): void {
    try {
      change();
      this.#touch(this.outlet);
    } catch (error) {
      if (!(error instanceof BrokerError && error.code === 'message-lock-lost')) throw error;
    }
  }
}
