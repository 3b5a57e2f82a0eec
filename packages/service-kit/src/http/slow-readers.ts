import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../clock.ts';
import { Roster } from '../roster.ts';

interface Sending {
  readonly response: ServerResponse;
  /** Sweeps at which the client had not taken what was there for it. */
  sweeps: number;
}

export interface SendLimits {
  /** For a client to take an answer once it is whole, or what waits of one that goes on. */
  readonly sendTimeoutMs: number;
  /** Of all answers together. */
  readonly unsentBytesMax: number;
}

const sweepsBeforeCut = 30;
/** A client on a long line takes its answer a moment after it was written: one that has just begun is not called slow. */
const sweepsSpared = 1;

/**
 * Cuts clients off that do not take their answers, since these fill the memory and hold places meanwhile: whoever takes
 * too long, and when all of them together hold too much, whoever has taken longest. It counts sweeps and not time, so
 * that neither a clock that jumps nor a process that stood still makes clients slow.
 */
export class SlowReaders implements Disposable {
  readonly #sendings = new Roster<Sending>();
  readonly #clock: Clock;
  readonly #limits: SendLimits;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: SendLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  watch(response: ServerResponse): void {
    const sending = { response, sweeps: 0 };
    response.once('close', this.#sendings.add(sending));
    response.on('drain', () => {
      sending.sweeps = 0;
    });
    this.#timer ??= this.#nextSweep();
  }

  #nextSweep(): Timer {
    return this.#clock.setTimer(() => this.#sweep(), this.#limits.sendTimeoutMs / sweepsBeforeCut);
  }

  #sweep(): void {
    const sendings = this.#sendings.toArray();
    const unsent = sendings.filter(({ response }) => response.writableEnded || response.writableNeedDrain);
    for (const sending of unsent) sending.sweeps++;
    const late = unsent.filter(({ sweeps }) => sweeps > sweepsBeforeCut);
    for (const { response } of late) cutOff(response);
    this.#makeRoom(unsent.filter(({ sweeps }) => sweeps <= sweepsBeforeCut));
    this.#timer = this.#sendings.size === 0 ? undefined : this.#nextSweep();
  }

  #makeRoom(unsent: readonly Sending[]): void {
    let bytes = unsent.reduce((sum, { response }) => sum + response.writableLength, 0);
    const slowestFirst = unsent.filter(({ sweeps }) => sweeps > sweepsSpared).sort((a, b) => b.sweeps - a.sweeps);
    for (const { response } of slowestFirst) {
      if (bytes <= this.#limits.unsentBytesMax) return;
      bytes -= response.writableLength;
      cutOff(response);
    }
  }
}

function cutOff({ req }: ServerResponse): void {
  req.socket.destroy();
}
