import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, freePort, tempFolder } from '@dronedelivery/testing';
import { putBody } from './support/bodies.ts';
import { startFleetNews } from './support/fleet-news.ts';
import { runDelivery } from './support/running-delivery.ts';

test('it serves without a broker, keeps everything over a restart, and publishes once the broker is there', async () => {
  await using folder = await tempFolder();
  const port = await freePort();
  const connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;`;
  const options = { connectionString, config: { dataDir: folder.path } };
  {
    await using before = await runDelivery(options);
    assert.equal((await before.asService('PUT', '/v1/deliveries/kept', putBody())).status, 201);
    assert.equal((await fetch(`${before.urls[0]}/healthz/ready`)).status, 200);
  }
  await using after = await runDelivery(options);
  assert.equal((await after.asService('PUT', '/v1/deliveries/kept', putBody())).status, 204);
  assert.equal((await after.asShipper('GET', '/v1/deliveries/kept')).body.stage, 'Created');

  await using fleet = await startFleetNews(port);
  await eventually(() => fleet.stagesOf('kept').length === 1, { timeoutMs: 20_000 });
  await fleet.sendMission({ kind: 'delivered', deliveryId: 'kept', sequence: 4 });
  const read = async () => (await after.asShipper('GET', '/v1/deliveries/kept')).body;
  await eventually(async () => (await read()).stage === 'Completed', { timeoutMs: 30_000 });
  await eventually(() => fleet.stagesOf('kept').length === 4);
});
