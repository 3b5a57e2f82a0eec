import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { unansweredPort } from '@dronedelivery/testing';

/**
 * What happens to the traffic of a connection between two processes:
 * - `hang`: nothing moves; what was on its way arrives once it is healed, as with a stopped process.
 * - `slow`: answers come two seconds late.
 * - `garbage`: requests are not passed on, and answered with what is no answer.
 * - `reset`: connections are reset, also new ones.
 * - `swallow`: connections stay open, but nothing arrives any more, as behind a firewall that has forgotten them; once it is
 *   healed their end is passed on, and new ones work.
 * - `unanswered`: so, and attempts to connect get no answer either, as when the whole machine is gone.
 */
export type Fault = 'hang' | 'slow' | 'garbage' | 'reset' | 'swallow' | 'unanswered';

/** Stands between two processes on loopback, and misbehaves at will. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** How often the present fault, or the last one, has struck. Attempts to connect that get no answer cannot be counted: they count once. */
  readonly struck: number;
  /** Where to pass things on to. */
  aim(port: number): void;
  fail(fault: Fault): Promise<void>;
  heal(): Promise<void>;
}

const host = '127.0.0.1';
const slowMs = 2000;
const garbage = [
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"deliveryId',
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 15\r\n\r\n{"id":[7,null]}',
  'HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\ncontent-length: 14\r\n\r\n<h1>Oops</h1>\n',
  '\u0000\u0001SSH-2.0-is this the right port?\r\n\r\n',
] as const;

export async function startFaultProxy(): Promise<FaultProxy> {
  const proxy = new MisbehavingProxy();
  await proxy.listen(0);
  return proxy;
}

class MisbehavingProxy implements FaultProxy {
  readonly #tunnels = new Set<Tunnel>();
  #server: Server | undefined;
  #unanswered: AsyncDisposable | undefined;
  #targetPort = 0;
  #fault: Fault | undefined;
  port = 0;
  struck = 0;

  async listen(port: number): Promise<void> {
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#tunnel(client));
    await once(this.#server.listen(port, host), 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  aim(port: number): void {
    this.#targetPort = port;
  }

  async fail(fault: Fault): Promise<void> {
    this.#fault = fault;
    this.struck = 0;
    for (const tunnel of this.#tunnels) tunnel.suffer(fault);
    if (fault !== 'unanswered') return;
    // What it has accepted lives on without the server.
    this.#server?.close();
    this.#unanswered = await unansweredPort(this.port);
    this.struck++;
  }

  async heal(): Promise<void> {
    this.#fault = undefined;
    if (this.#unanswered !== undefined) {
      await this.#unanswered[Symbol.asyncDispose]();
      this.#unanswered = undefined;
      await this.listen(this.port);
    }
    for (const tunnel of this.#tunnels) tunnel.suffer(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#unanswered?.[Symbol.asyncDispose]();
    this.#server?.close();
    for (const tunnel of this.#tunnels) tunnel.end();
  }

  #tunnel(client: Socket): void {
    const events = { struck: () => this.struck++, ended: () => this.#tunnels.delete(tunnel) };
    const tunnel = new Tunnel(client, connect(this.#targetPort, host), events);
    this.#tunnels.add(tunnel);
    tunnel.suffer(this.#fault);
  }
}

interface TunnelEvents {
  readonly struck: () => void;
  readonly ended: () => void;
}

/** One connection with its two ends. */
class Tunnel {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #events: TunnelEvents;
  #fault: Fault | undefined;
  #isCut = false;
  /** Answers leave in order, also while some are held back. */
  #answers: Promise<unknown> = Promise.resolve();
  static #garbageNext = 0;

  constructor(client: Socket, target: Socket, events: TunnelEvents) {
    this.#client = client;
    this.#target = target;
    this.#events = events;
    client.on('data', (chunk) => this.#request(chunk));
    target.on('data', (chunk) => this.#answer(chunk));
    for (const socket of [client, target]) {
      socket.setNoDelay();
      socket.on('error', () => this.#closed()).on('close', () => this.#closed());
    }
  }

  suffer(fault: Fault | undefined): void {
    this.#fault = fault;
    if (isSilent(fault)) this.#isCut = true;
    else if (this.#client.destroyed || this.#target.destroyed) this.#closed();
    if (fault === 'reset') this.#reset();
    for (const socket of [this.#client, this.#target]) {
      if (fault === 'hang') socket.pause();
      else socket.resume();
    }
    if (fault === 'hang' || isSilent(fault)) this.#events.struck();
  }

  end(): void {
    this.#client.destroy();
    this.#target.destroy();
    this.#events.ended();
  }

  /** An end that is told on at once is no silence. */
  #closed(): void {
    if (!isSilent(this.#fault)) void this.#answers.then(() => this.end());
  }

  #request(chunk: Buffer): void {
    if (this.#isCut) return;
    if (this.#fault === 'garbage') this.#talkNonsense();
    else this.#target.write(chunk);
  }

  #answer(chunk: Buffer): void {
    if (this.#isCut) return;
    if (this.#fault === 'slow') this.#events.struck();
    const dueMs = performance.now() + (this.#fault === 'slow' ? slowMs : 0);
    this.#answers = this.#answers.then(async () => {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
      if (!this.#isCut) this.#client.write(chunk);
    });
  }

  #talkNonsense(): void {
    this.#events.struck();
    this.#client.end(garbage[Tunnel.#garbageNext++ % garbage.length] ?? garbage[0]);
  }

  #reset(): void {
    this.#events.struck();
    this.#client.resetAndDestroy();
    this.#target.destroy();
  }
}

function isSilent(fault: Fault | undefined): boolean {
  return fault === 'swallow' || fault === 'unanswered';
}
