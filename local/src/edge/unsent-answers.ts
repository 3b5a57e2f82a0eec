import type { ServerResponse } from 'node:http';
import { whenOver } from './when-over.ts';

/**
 * The answers that wait for their clients to take them, within a bound: for a new one those make room that have waited
 * longest, since a client that is still at it by then is the slowest. To refuse the new one would let the slow ones
 * keep everybody else out.
 */
export class UnsentAnswers {
  /** In the order in which they began to wait. */
  readonly #bytesOf = new Map<ServerResponse, number>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  add(response: ServerResponse, bytes: number): void {
    if (response.destroyed) return;
    this.#makeRoom(bytes);
    this.#bytesOf.set(response, bytes);
    this.#bytes += bytes;
    whenOver(response, () => this.#release(response));
  }

  #makeRoom(bytes: number): void {
    for (const response of this.#bytesOf.keys()) {
      if (this.#bytes + bytes <= this.#bytesMax) return;
      this.#release(response);
      response.req.socket.destroy();
    }
  }

  #release(response: ServerResponse): void {
    this.#bytes -= this.#bytesOf.get(response) ?? 0;
    this.#bytesOf.delete(response);
  }
}
