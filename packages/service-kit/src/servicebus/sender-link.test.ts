import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import { SenderLink } from './sender-link.ts';

/** A link over clients that only say which of them were closed. */
function setUp({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const clients: { isClosed: boolean; readonly sender: ServiceBusSender }[] = [];
  let renewals = 0;
  const newClient = () => {
    const client = { isClosed: false, sender: {} as ServiceBusSender };
    clients.push(client);
    const close = async () => {
      client.isClosed = true;
    };
    return { createSender: () => client.sender, close } as unknown as ServiceBusClient;
  };
  const link = new SenderLink('q', newClient, () => renewals++);
  const closed = () => clients.map(({ isClosed }) => isClosed);
  /** Whether the connection was replaced at that moment and not before. */
  const isRenewedAfter = (ms: number) => {
    const before = renewals;
    mock.timers.tick(ms - 1);
    const tooEarly = renewals > before;
    mock.timers.tick(1);
    return !tooEarly && renewals === before + 1;
  };
  return {
    link,
    clients,
    closed,
    isRenewedAfter,
    tick: (ms: number) => mock.timers.tick(ms),
    renewals: () => renewals,
  };
}

test('a connection over which nothing arrives is replaced and closed, each time after longer', async (t) => {
  const { link, clients, closed, isRenewedAfter } = setUp(t);
  for (const [round, patienceMs] of [2000, 4000, 8000, 10_000, 10_000].entries()) {
    link.departed();
    assert.ok(isRenewedAfter(patienceMs), `${patienceMs} ms`);
    assert.equal(link.sender, clients[round + 1]?.sender);
  }
  assert.deepEqual(closed(), [true, true, true, true, true, false]);
});

test('what arrives restores the patience, and is waited for again while more is on its way', (t) => {
  const { link, isRenewedAfter, tick, renewals } = setUp(t);
  link.departed();
  assert.ok(isRenewedAfter(2000));
  link.departed();
  tick(3000);
  link.arrived(true);
  assert.ok(isRenewedAfter(2000));
  link.departed();
  link.arrived(false);
  tick(60_000);
  assert.equal(renewals(), 2);
});

test('what departs later does not put off the look at what departed first', (t) => {
  const { link, isRenewedAfter, tick } = setUp(t);
  link.departed();
  tick(1500);
  link.departed();
  assert.ok(isRenewedAfter(500));
});

test('a closed link is not renewed', async (t) => {
  const { link, closed, tick, renewals } = setUp(t);
  link.departed();
  await link.close();
  tick(60_000);
  assert.deepEqual([renewals(), closed()], [0, [true]]);
});
