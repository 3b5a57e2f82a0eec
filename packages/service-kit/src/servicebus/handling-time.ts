/** The time that a message may take. Its signal is made when it is first asked for: most handlers are done without. */
export class HandlingTime {
  #controller: AbortController | undefined;
  #isOver = false;

  /** Aborted once the time is over. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}
