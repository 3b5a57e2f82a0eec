import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processorSecondsOfGroup } from '../process-usage.ts';

const readyLimitMs = 90_000;
const pollMs = 200;

export interface AmqpAddress {
  readonly port: number;
  /** The address of a durable queue. */
  readonly queue: string;
  /** That the broker has used so far. */
  processorSeconds(): number;
}

export interface RabbitMq extends AsyncDisposable {
  /** Confirms before the message is safe from a loss of power: it syncs now and then, or when it is idle. */
  readonly classic: AmqpAddress;
  /** Syncs before it confirms. */
  readonly quorum: AmqpAddress;
}

/**
 * RabbitMQ with its AMQP 1.0 plug-in, in the folder and on loopback. It listens on three ports from `firstPort` on.
 * @returns undefined where Debian's `rabbitmq-server` (or what RABBITMQ_SERVER names) is not installed
 */
export async function startRabbitMq(folder: string, firstPort: number): Promise<RabbitMq | undefined> {
  const program = process.env.RABBITMQ_SERVER ?? '/usr/lib/rabbitmq/bin/rabbitmq-server';
  if (!existsSync(program)) return undefined;
  mkdirSync(folder, { recursive: true });
  const environment = configure(folder, firstPort);
  const log = openSync(path.join(folder, 'out.log'), 'w');
  // A group of its own, so that the runtime that the script starts ends with it.
  const child = spawn(program, { env: environment, detached: true, stdio: ['ignore', log, log] });
  const processorSeconds = () => processorSecondsOfGroup(child.pid ?? 0);
  const peer = {
    classic: { port: firstPort, queue: '/amq/queue/classic', processorSeconds },
    quorum: { port: firstPort, queue: '/amq/queue/quorum', processorSeconds },
    [Symbol.asyncDispose]: () => stop(child, environment, folder),
  };
  await untilListening(child, firstPort).catch(async (error) => {
    await peer[Symbol.asyncDispose]();
    throw error;
  });
  return peer;
}

function configure(folder: string, firstPort: number): NodeJS.ProcessEnv {
  const file = (name: string) => path.join(folder, name);
  writeFileSync(file('enabled_plugins'), '[rabbitmq_amqp1_0].\n');
  writeFileSync(file('definitions.json'), JSON.stringify(definitions()));
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${firstPort}`,
    `load_definitions = ${file('definitions.json')}`,
    'disk_free_limit.absolute = 50MB',
    'log.console = false',
  ];
  writeFileSync(file('rabbitmq.conf'), `${settings.join('\n')}\n`);
  return {
    PATH: process.env.PATH,
    HOME: folder,
    RABBITMQ_NODENAME: `bench-${firstPort}@localhost`,
    RABBITMQ_MNESIA_BASE: file('data'),
    RABBITMQ_LOG_BASE: file('log'),
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
    RABBITMQ_DIST_PORT: String(firstPort + 1),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(firstPort + 2),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  };
}

function definitions(): object {
  const queue = (type: string) => ({
    ...{ name: type, vhost: '/', durable: true, auto_delete: false, arguments: { 'x-queue-type': type } },
  });
  const salt = Buffer.alloc(4, 'salt');
  const hash = createHash('sha256').update(salt).update('guest').digest();
  return {
    vhosts: [{ name: '/' }],
    users: [{ name: 'guest', password_hash: Buffer.concat([salt, hash]).toString('base64'), tags: '' }],
    permissions: [{ user: 'guest', vhost: '/', configure: '.*', write: '.*', read: '.*' }],
    queues: [queue('classic'), queue('quorum')],
  };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + readyLimitMs;
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`RabbitMQ ended with exit code ${child.exitCode}.`);
    if (performance.now() > deadline) throw new Error(`RabbitMQ did not listen within ${readyLimitMs / 1000} s.`);
    await delay(pollMs);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });
}

async function stop(child: ChildProcess, environment: NodeJS.ProcessEnv, folder: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGTERM');
    await exited;
  }
  // Erlang's port mapper is a daemon; this one is ours, by its port.
  execFileSync('epmd', ['-kill'], { env: environment, stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
