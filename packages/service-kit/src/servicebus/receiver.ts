import { type Clock, pause, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { Roster } from '../roster.ts';
import { inSpan } from '../telemetry/spans.ts';
import { counter } from '../telemetry.ts';
import { continuedTrace, parseTraceparent, runInTrace } from '../trace-context.ts';
import { EntityBrowser } from './browser.ts';
import { type EntityAddress, entityName } from './entity.ts';
import { Gate } from './gate.ts';
import { HandlingTime } from './handling-time.ts';
import { fromSdkMessage, type ReceivedMessage, traceparentProperty } from './message.ts';
import type { NewClient } from './sdk.ts';
import { isLockLost } from './sdk-errors.ts';
import { abandon, type Settlement } from './settlement.ts';
import { type Delivery, Subscription } from './subscription.ts';
import { Watchdog } from './watchdog.ts';
import { within } from './within.ts';

/** What a handler is given beside its message. */
export interface HandlingContext {
  /** Aborted when the time is over, or the drain of a stop is. */
  readonly signal: AbortSignal;
}

export interface ReceiverOptions {
  readonly from: EntityAddress;
  /**
   * Decides what becomes of a message. Runs in the message's trace. One that throws is a crash: the message is
   * abandoned, after a pause, so that its delivery count lasts.
   */
  readonly handler: (message: ReceivedMessage, context: HandlingContext) => Promise<Settlement>;
  readonly logger: Logger;
  /** Messages in hand at once; the broker is granted no more, so none waits while its lock runs down. */
  readonly concurrencyMax: number;
  /** For how long a lock is renewed, and so for how long a handler may run. */
  readonly lockRenewalMsMax?: number;
  /** Without a message for this long the watchdog looks into the entity. */
  readonly silenceMs?: number;
  /** How long a stop waits for the messages in hand. */
  readonly drainLimitMs?: number;
  readonly abandonPauseMs?: number;
  readonly clock?: Clock;
}

/** Receives from one entity until it is closed, whatever happens to the connection. */
export interface Receiver extends AsyncDisposable {
  readonly inHand: number;
  readonly isPaused: boolean;
  /** How often the watchdog has replaced the receiver. */
  readonly rebuilt: number;
  /** Takes no more messages; those in hand go on. */
  pause(): Promise<void>;
  /** Takes messages again, once those in hand are done. */
  resume(): Promise<void>;
  /** Stops receiving, lets the messages in hand end within the limit, and closes. */
  close(): Promise<void>;
}

/** Over a connection that broke the SDK tries for much longer, and the message would hold its place all the while. */
const settleLimitMs = 5000;
const drainLimitMsDefault = 4000;
const countRebuilt = counter('receiver.rebuilt', 'Receivers that had fallen silent and were replaced');
const countRedelivered = counter('receiver.lock_lost', 'Messages whose lock was lost before they were settled');

export class WatchedReceiver implements Receiver {
  readonly #options: ReceiverOptions;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #spanName: string;
  readonly #newClient: NewClient;
  readonly #gate: Gate;
  readonly #watchdog: Watchdog;
  readonly #stopping = new AbortController();
  /** Of the messages in hand: a listener of the signal for each would cost more. */
  readonly #endings = new Roster<() => void>();
  readonly #retired = new Set<Promise<void>>();
  #subscription: Subscription;
  #isPaused = false;
  #isFaulty = false;
  #closed: Promise<void> | undefined;
  rebuilt = 0;

  constructor(options: ReceiverOptions, newClient: NewClient) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#name = entityName(options.from);
    this.#spanName = `process ${this.#name}`;
    this.#newClient = newClient;
    this.#gate = new Gate(options.concurrencyMax);
    this.#subscription = this.#subscribe();
    this.#watchdog = new Watchdog({
      clock: this.#clock,
      silenceMs: options.silenceMs ?? 30_000,
      isWaiting: () => !this.#isPaused && this.inHand === 0,
      openBrowser: () => new EntityBrowser(newClient(), options.from),
      rebuild: (why) => this.#rebuild(why),
    });
  }

  get inHand(): number {
    return this.#subscription.inHand;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  async pause(): Promise<void> {
    if (this.#isPaused) return;
    this.#isPaused = true;
    await this.#subscription.pause();
  }

  async resume(): Promise<void> {
    if (!this.#isPaused || this.#closed !== undefined) return;
    const subscription = this.#subscription;
    await subscription.emptied(this.#lockRenewalMsMax);
    if (this.#closed !== undefined || !this.#isPaused) return;
    this.#isPaused = false;
    this.#watchdog.progressed();
    subscription.start();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #lockRenewalMsMax(): number {
    return this.#options.lockRenewalMsMax ?? 300_000;
  }

  #subscribe(): Subscription {
    const { from, concurrencyMax } = this.#options;
    const subscription = new Subscription({
      from,
      newClient: this.#newClient,
      concurrencyMax,
      lockRenewalMsMax: this.#lockRenewalMsMax,
      // After a reconnect the SDK grants its credit anew while old messages are in hand; the excess waits here.
      onMessage: (delivery) => this.#gate.through(() => this.#handle(delivery)),
      onError: (error) => this.#reportFault(error),
    });
    subscription.start();
    return subscription;
  }

  async #close(): Promise<void> {
    const { drainLimitMs = drainLimitMsDefault } = this.#options;
    // Handlers hear of it a little before we stop waiting for them.
    const hurry = this.#clock.setTimer(() => this.#hurry(), drainLimitMs * 0.8);
    await this.#watchdog[Symbol.asyncDispose]();
    await this.#subscription.close(drainLimitMs);
    await Promise.all(this.#retired);
    hurry.cancel();
  }

  #hurry(): void {
    this.#stopping.abort();
    for (const end of this.#endings.toArray()) end();
  }

  async #handle(delivery: Delivery): Promise<void> {
    const { message, isClosed } = delivery;
    // Waited at the gate until the connection was gone: somebody else will have it.
    if (isClosed()) return;
    this.#watchdog.progressed();
    if (this.#isFaulty) this.#options.logger.info({ entity: this.#name }, 'receiving again');
    this.#isFaulty = false;
    const remoteParent = parseTraceparent(message.applicationProperties?.[traceparentProperty]);
    const span = { name: this.#spanName, kind: 'consumer', remoteParent } as const;
    await runInTrace(continuedTrace(remoteParent), () =>
      inSpan(span, async () => {
        const settlement = await this.#decide(fromSdkMessage(message));
        // The SDK would open the closed connection's links again, and keep the process alive with their timers.
        if (!isClosed()) await this.#settle(delivery, settlement);
      }),
    );
  }

  async #decide(message: ReceivedMessage): Promise<Settlement> {
    const time = new HandlingTime();
    const end = () => {
      // A handler that goes on must not keep the process alive by it.
      timer.cancel();
      time.end();
    };
    const timer = this.#clock.setTimer(end, this.#lockRenewalMsMax);
    const leave = this.#endings.add(end);
    if (this.#stopping.signal.aborted) end();
    try {
      return await this.#options.handler(message, time);
    } catch (error) {
      const { messageId, deliveryCount } = message;
      this.#options.logger.error({ err: error, entity: this.#name, messageId, deliveryCount }, 'handling crashed');
      // A message that comes back at once would spend its delivery count in seconds.
      await pause(this.#clock, this.#options.abandonPauseMs ?? 1000, this.#stopping.signal);
      return abandon;
    } finally {
      timer.cancel();
      leave();
    }
  }

  /** A lost lock means that the message will be delivered again: handlers are idempotent, so it is no error. */
  async #settle({ message, settle }: Delivery, settlement: Settlement): Promise<void> {
    try {
      await within(settleLimitMs, settle(settlement));
    } catch (error) {
      const fields = { entity: this.#name, messageId: message.messageId, settlement: settlement.kind };
      countRedelivered(1, { entity: this.#name });
      if (isLockLost(error)) this.#options.logger.info(fields, 'lock lost: the message will be delivered again');
      else this.#options.logger.warn({ ...fields, err: error }, 'not settled: the message will be delivered again');
    }
  }

  /** The SDK reports every attempt to connect; one line a fault is enough. */
  #reportFault(error: Error): void {
    const { logger } = this.#options;
    if (this.#isFaulty) logger.debug({ err: error, entity: this.#name }, 'receiving fails');
    else logger.warn({ err: error, entity: this.#name }, 'receiving fails');
    this.#isFaulty = true;
  }

  #rebuild(why: string): void {
    if (this.#closed !== undefined || this.#isPaused) return;
    this.rebuilt++;
    countRebuilt(1, { entity: this.#name });
    this.#options.logger.warn({ entity: this.#name, why, rebuilt: this.rebuilt }, 'receiver rebuilt');
    const retired = this.#subscription.close(this.#options.drainLimitMs ?? drainLimitMsDefault);
    this.#retired.add(retired);
    void retired.finally(() => this.#retired.delete(retired));
    this.#subscription = this.#subscribe();
  }
}
