import assert from 'node:assert/strict';
import type { Broker } from '../../src/broker/broker.ts';
import { readSessionId } from '../../src/codec/properties.ts';
import type { MessageCopy } from '../../src/core/message.ts';
import type { Queue } from '../../src/core/queue.ts';
import { idOf } from './held-messages.ts';
import type { Sighting } from './ledger.ts';
import { type Ledgers, type MixedPath, mixedPaths, plainPaths } from './mixed-config.ts';

/** Each entity numbers its messages itself: those of the second and third that belong to one ledger lie far apart. */
const numbersPerEntity = 2 ** 40;
/** Where messages come by on their way, or end, that belong to the ledger of another. */
const passing = ['inbox', 'events/Subscriptions/passed', 'tasks', 'buried'];

type Look = (path: string) => readonly MessageCopy[];

/** Holds everything that a broker has against what its clients were told. */
export function verifyBroker(broker: Broker, ledgers: Ledgers): void {
  const seen = new Map<string, readonly MessageCopy[]>();
  const look: Look = (path) => {
    const copies = seen.get(path) ?? [...broker.peek(broker.findSource(path), 0, 1_000_000)];
    seen.set(path, copies);
    return copies;
  };
  for (const path of mixedPaths) ledgers.messages[path].verify(sightings(look, path));
  ledgers.states.verify((id) => broker.readSessionState(broker.findSource('tasks'), id)?.toString());
  for (const { content, sessionId } of look('tasks')) assert.equal(sessionId, readSessionId(content.bare));
  for (const path of [...plainPaths, ...passing]) verifyCounts(broker.findSource(path), look);
}

/** How many answers were held against what came back. */
export function answersOf({ messages, states }: Ledgers): number {
  return mixedPaths.reduce((sum, path) => sum + messages[path].answered, states.answered);
}

/** Everything that the broker has of what was sent to a queue or subscription, wherever it lies by now. */
function sightings(look: Look, path: MixedPath): Sighting[] {
  const find = (entity: string, at?: Sighting['at'], numbersFrom = 0) => {
    return look(entity).map((copy): Sighting => {
      const sequenceNumber = copy.sequenceNumber + numbersFrom;
      return { id: idOf(copy), sequenceNumber, at: at ?? (copy.state === 'deferred' ? 'deferred' : 'queue') };
    });
  };
  if (path !== 'tasks') return [...find(path), ...find(`${path}/$deadletterqueue`, 'dead')];
  return [
    ...find('tasks'),
    ...find('inbox', 'queue', numbersPerEntity),
    ...find('buried', 'dead', 2 * numbersPerEntity),
    ...find('buried/$deadletterqueue', 'dead', 2 * numbersPerEntity),
  ];
}

/** It has what it says, and has left nothing behind of what it forwards. */
function verifyCounts({ path, counts, options }: Queue, look: Look): void {
  const { active, scheduled, deferred, deadLettered } = counts;
  assert.equal(active + scheduled + deferred, look(path).length, `${path} miscounts`);
  assert.equal(deadLettered, look(`${path}/$deadletterqueue`).length, `${path} miscounts its dead letters`);
  if (options.forwardTo !== undefined) assert.equal(active + deferred, 0, `${path} keeps what it forwards`);
  if (options.forwardDeadLettersTo !== undefined) assert.equal(deadLettered, 0, `${path} keeps its dead letters`);
}
