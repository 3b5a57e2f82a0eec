import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names, as Node's servers write theirs. */
  header(name: string): string | undefined;
}

const headEnd = '\r\n\r\n';

/**
 * One connection of HTTP/1.1 with one request at a time, ready-made and answered with a length: a client library costs several times as
 * much, which a server on the same cores would pay for.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';
  #onAnswer: ((answer: RawAnswer | undefined) => void) | undefined;

  constructor({ hostname, port }: URL) {
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#take(text));
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => this.#answer(undefined));
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** Undefined is answered when the connection has ended without an answer. */
  ask(request: Buffer, onAnswer: (answer: RawAnswer | undefined) => void): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(headEnd);
    if (end === -1) return;
    const head = this.#received.slice(0, end + 2);
    const header = (name: string) => headerOf(head, name);
    if (this.#received.length < end + headEnd.length + Number(header('content-length') ?? 0)) return;
    this.#received = '';
    this.#answer({ status: Number(head.slice(9, 12)), header });
  }

  #answer(answer: RawAnswer | undefined): void {
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(answer);
  }
}

function headerOf(head: string, name: string): string | undefined {
  const at = head.indexOf(`\r\n${name}: `);
  if (at === -1) return undefined;
  const from = at + name.length + 4;
  return head.slice(from, head.indexOf('\r\n', from));
}
