import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MissionEvent } from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { eventually, freePort } from '@dronedelivery/testing';
import { putBody } from './builders.ts';
import { brokerConfig, openFleet, surroundings } from './harness.ts';
import { Pilot } from './pilot.ts';

test('without its broker the scheduler serves all the same, and tells everything once it is there', async () => {
  await using world = await surroundings();
  const port = await freePort();
  const access = 'SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE';
  const connectionString = `Endpoint=sb://127.0.0.1:${port};${access};UseDevelopmentEmulator=true;`;
  await using scheduler = await world.start({ SERVICEBUS_CONNECTION_STRING: connectionString });
  await openFleet(scheduler, world.issuer, ['drone-1']);
  assert.equal((await scheduler.put('d1', putBody('1'))).status, 201);
  const pilot = new Pilot(scheduler, world.issuer, 'drone-1');
  for (const activity of ['Idle', 'EnRouteToPickup', 'EnRouteToDropoff', 'Returning'] as const)
    await pilot.report(activity);

  await using emulator = await startServiceBusEmulator({ config: brokerConfig, port });
  await using bus = await connectServiceBus({ connectionString: emulator.connectionString });
  const kinds: string[] = [];
  bus.receive({
    from: { topic: 'drone-events', subscription: 'delivery' },
    concurrencyMax: 1,
    logger: silentLogger,
    async handler({ body }) {
      kinds.push((JSON.parse(body.toString()) as MissionEvent).data.kind);
      return complete;
    },
  });
  await eventually(() => kinds.length === 4, { timeoutMs: 40_000, what: 'all events' });
  assert.deepEqual(kinds, ['assigned', 'departed', 'picked-up', 'delivered']);
});
