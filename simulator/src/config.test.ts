import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '@dronedelivery/service-kit/config';
import { readConfig } from './config.ts';

const needed = {
  DRONE_SCHEDULER_URL: 'http://127.0.0.1:8005,http://127.0.0.1:8006',
  TOKEN_URL: 'http://127.0.0.1:8001/v1/oauth/token',
  CLIENT_ID: 'drone-gateway',
  CLIENT_SECRET: 'a secret',
};

test('what is needed suffices', () => {
  const config = readConfig(needed);
  assert.deepEqual(config.droneSchedulerUrl, ['http://127.0.0.1:8005', 'http://127.0.0.1:8006']);
  assert.deepEqual([config.host, config.timeScale, config.drones], ['127.0.0.1', 1, 20]);
});

test('a center is two numbers in range', () => {
  const centerOf = (text: string) => readConfig({ ...needed, STATION_CENTER: text }).stationCenter;
  assert.deepEqual(centerOf('48.137, 11.575'), { latitude: 48.137, longitude: 11.575 });
  assert.deepEqual(centerOf('-33.9,-70'), { latitude: -33.9, longitude: -70 });
  for (const text of ['91,0', '0,181', '48', 'here', '1,2,3']) assert.throws(() => centerOf(text), ConfigurationError);
});

test('all that is wrong is told at once; the control endpoint stays on loopback', () => {
  const env = { HOST: '0.0.0.0', DRONES: '-1', SEED: 'x', TIME_SCALE: '0', TELEMETRY_BATCH_MAX: '501' };
  assert.throws(
    () => readConfig(env),
    ({ problems }: ConfigurationError) => problems.length === Object.keys({ ...env, ...needed }).length,
  );
});
