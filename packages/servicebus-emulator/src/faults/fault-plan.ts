import type { Consumer } from '../broker/dispatcher.ts';
import type { Clock } from '../core/clock.ts';
import type { Outlet } from '../core/held-session.ts';
import { ArmedFault } from './armed-fault.ts';
import type { FaultControl, FaultDefinition, FaultKind, FaultReport } from './fault.ts';
import type { Faults } from './faults.ts';
import { FaultyConsumer } from './faulty-consumer.ts';

/** The faults that are set now. Disposed, it strikes no more and what it held back is dropped. */
export class FaultPlan implements Faults, FaultControl, Disposable {
  readonly #clock: Clock;
  readonly #consumers = new WeakMap<Consumer, FaultyConsumer>();
  readonly #timers = new Set<() => void>();
  #faults: readonly ArmedFault[] = [];

  constructor(clock: Clock, faults: readonly FaultDefinition[]) {
    this.#clock = clock;
    this.set(faults);
  }

  set(definitions: readonly FaultDefinition[]): void {
    const ended = this.#faults;
    const nowMs = this.#clock.nowMs();
    this.#faults = definitions.map((definition) => new ArmedFault(definition, nowMs));
    for (const fault of ended) fault.release();
    for (const fault of this.#faults) this.#endInTime(fault);
  }

  clear(): void {
    this.set([]);
  }

  report(): readonly FaultReport[] {
    const nowMs = this.#clock.nowMs();
    return this.#faults.map((fault) => fault.report(nowMs));
  }

  strikes(kind: FaultKind, entity: string): boolean {
    return this.strike(kind, entity) !== undefined;
  }

  /** The first fault that strikes. */
  strike(kind: FaultKind, entity: string): ArmedFault | undefined {
    const nowMs = this.#clock.nowMs();
    return this.#faults.find((fault) => fault.strikes(kind, entity, nowMs));
  }

  answer<Outcome>(entity: string, answer: (outcome: Outcome) => void): (outcome: Outcome) => void {
    return (outcome) => this.pass(entity, () => answer(outcome));
  }

  /** Lets an answer out: now, late, or when what holds it back ends. */
  pass(entity: string, answer: () => void): void {
    const hanging = this.strike('hang', entity);
    const slow = hanging === undefined ? this.strike('slow', entity) : undefined;
    if (hanging !== undefined) hanging.hold(answer);
    else if (slow !== undefined) this.after(slow.definition.delayMs ?? 0, answer);
    else answer();
  }

  consumer(consumer: Consumer, touch: (outlet: Outlet) => void): Consumer {
    let faulty = this.#consumers.get(consumer);
    if (faulty === undefined) {
      faulty = new FaultyConsumer(consumer, this, this.#clock, touch);
      this.#consumers.set(consumer, faulty);
    }
    return faulty;
  }

  after(delayMs: number, act: () => void): void {
    const cancel = this.#clock.setTimer(() => {
      this.#timers.delete(cancel);
      act();
    }, delayMs);
    this.#timers.add(cancel);
  }

  [Symbol.dispose](): void {
    for (const cancel of this.#timers) cancel();
    this.#faults = [];
  }

  #endInTime(fault: ArmedFault): void {
    const { durationMs } = fault.definition;
    if (durationMs !== undefined) this.after(durationMs, () => fault.release());
  }
}
