import type { Clock, Timer } from '../clock.ts';
import type { Browser } from './browser.ts';
import { within } from './within.ts';

export interface WatchdogOptions {
  readonly clock: Clock;
  /** Without a message for this long the entity is looked into. */
  readonly silenceMs: number;
  /** Whether messages should be coming and none is in hand. */
  readonly isWaiting: () => boolean;
  readonly openBrowser: () => Browser;
  readonly rebuild: (why: string) => void;
}

const pageMax = 100;
const pagesMax = 10;
/** A look over a connection that is dead without knowing it would wait for much longer. */
const lookLimitMs = 2000;
const silenceMsMax = 300_000;

/**
 * The SDK's receiver can fall silent without an error (azure-sdk-for-js #38988, #30148, #24540). When nothing came for
 * a while but the entity holds an active message at two looks in a row, or cannot be looked into twice, the receiver is
 * rebuilt. Other replicas' messages are active too while they are in hand, so rebuilding without success slows down.
 */
export class Watchdog implements AsyncDisposable {
  readonly #options: WatchdogOptions;
  #timer: Timer | undefined;
  #lastProgressMs: number;
  #silenceMs: number;
  #suspicions = 0;
  #nextSequenceNumber = '0';
  #browser: Browser | undefined;
  #isClosed = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#silenceMs = options.silenceMs;
    this.#lastProgressMs = options.clock.now();
    this.#schedule();
  }

  /** A message has come. */
  progressed(): void {
    this.#lastProgressMs = this.#options.clock.now();
    this.#suspicions = 0;
    this.#silenceMs = this.#options.silenceMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#browser?.[Symbol.asyncDispose]();
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimer(() => {
      void this.#look().finally(() => this.#schedule());
    }, this.#silenceMs / 2);
  }

  async #look(): Promise<void> {
    const { clock, isWaiting } = this.#options;
    if (!this.#isSilent() || !isWaiting()) return;
    const why = await this.#suspicion();
    if (this.#isClosed || !this.#isSilent()) return;
    this.#suspicions = why === undefined ? 0 : this.#suspicions + 1;
    if (why === undefined || this.#suspicions < 2) return;
    this.#suspicions = 0;
    this.#silenceMs = Math.min(this.#silenceMs * 2, silenceMsMax);
    this.#lastProgressMs = clock.now();
    this.#options.rebuild(why);
  }

  /** A clock that was set back must not blind the watch until it has caught up: looking once more does no harm. */
  #isSilent(): boolean {
    return Math.abs(this.#options.clock.now() - this.#lastProgressMs) >= this.#silenceMs;
  }

  async #suspicion(): Promise<string | undefined> {
    this.#browser ??= this.#options.openBrowser();
    try {
      const finds = await within(lookLimitMs, this.#findsActive(this.#browser));
      return finds ? 'messages wait but none comes' : undefined;
    } catch {
      const broken = this.#browser;
      this.#browser = undefined;
      void broken[Symbol.asyncDispose]();
      return 'the entity cannot be looked into';
    }
  }

  /** Deferred and scheduled messages may lie in front, more than one look can pass: the next one goes on from there. */
  async #findsActive(browser: Browser): Promise<boolean> {
    for (let page = 0; page < pagesMax; page++) {
      const messages = await browser.peek({ fromSequenceNumber: this.#nextSequenceNumber, max: pageMax });
      const active = messages.find(({ state }) => state === 'active');
      const last = messages.at(-1);
      this.#nextSequenceNumber = active?.sequenceNumber ?? (last === undefined ? '0' : following(last.sequenceNumber));
      if (active !== undefined) return true;
      if (last === undefined) return false;
    }
    return false;
  }
}

function following(sequenceNumber: string): string {
  return String(BigInt(sequenceNumber) + 1n);
}
