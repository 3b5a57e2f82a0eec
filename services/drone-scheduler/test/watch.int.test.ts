import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FleetEvent } from '@dronedelivery/contracts';
import { openFleet, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

/** The data of server-sent events, as they come. */
async function* eventsOf(response: Response): AsyncGenerator<FleetEvent> {
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data) as FleetEvent;
    }
  }
}

test('watchers see the fleet first and then what changes, also through another replica', async () => {
  await using world = await surroundings();
  await using first = await world.start();
  await using second = await world.start();
  await openFleet(first, world.issuer, ['drone-1', 'drone-2']);
  const stop = new AbortController();
  const headers = { authorization: world.issuer.operator() };
  const response = await fetch(`${first.url}/v1/drones/events`, { headers, signal: stop.signal });
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const events = eventsOf(response);
  const whole = (await events.next()).value as FleetEvent;
  assert.deepEqual(whole.drones.map(({ droneId }) => droneId).sort(), ['drone-1', 'drone-2']);
  await new Pilot(second, world.issuer, 'drone-2').report('Charging');
  const change = (await events.next()).value as FleetEvent;
  assert.deepEqual(
    change.drones.map(({ droneId, state }) => [droneId, state]),
    [['drone-2', 'Charging']],
  );
  stop.abort();
});

test('the number of watchers is bounded', async () => {
  await using world = await surroundings();
  await using scheduler = await world.start({ FLEET_WATCHERS_MAX: '1' });
  const stop = new AbortController();
  const watch = () =>
    fetch(`${scheduler.url}/v1/drones/events`, {
      headers: { authorization: world.issuer.operator() },
      signal: stop.signal,
    });
  assert.equal((await watch()).status, 200);
  const refused = await watch();
  assert.equal(refused.status, 503);
  assert.ok(refused.headers.has('retry-after'));
  await refused.text();
  stop.abort();
});
