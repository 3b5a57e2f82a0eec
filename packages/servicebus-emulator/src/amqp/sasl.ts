import { timingSafeEqual } from 'node:crypto';
import type { SharedAccessKeys } from './authority.ts';
import type { InnerConnection } from './rhea-internals.ts';

/** What rhea asks of a SASL mechanism; `outcome` is read after `start`. */
interface Mechanism {
  outcome: boolean | undefined;
  /** The client has shown a key, and needs no token. */
  readonly trusted: boolean;
  start(response: Buffer | undefined): void;
}

/**
 * ANONYMOUS, EXTERNAL and MSSBCBS let a client in without any right: what it may use, it shows with put-token.
 * PLAIN takes the name of a key and the key.
 */
export function saslMechanisms(keys: SharedAccessKeys): Readonly<Record<string, () => Mechanism>> {
  return { ANONYMOUS: openDoor, EXTERNAL: openDoor, MSSBCBS: openDoor, PLAIN: () => plain(keys) };
}

export function isTrusted(connection: InnerConnection): boolean {
  const mechanism = connection.sasl_transport?.transports?.[3]?.mechanism as Mechanism | undefined;
  return mechanism?.outcome === true && mechanism.trusted;
}

function openDoor(): Mechanism {
  return {
    outcome: undefined,
    trusted: false,
    start() {
      this.outcome = true;
    },
  };
}

function plain(keys: SharedAccessKeys): Mechanism {
  return {
    outcome: undefined,
    trusted: true,
    start(response) {
      const [, name = '', key = ''] = (response ?? Buffer.alloc(0)).toString('utf8').split('\0');
      this.outcome = keys === undefined || holds(keys, name, key);
    },
  };
}

function holds(keys: Readonly<Record<string, string>>, name: string, key: string): boolean {
  const expected = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (expected === undefined) return false;
  const [given, wanted] = [Buffer.from(key), Buffer.from(expected)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
