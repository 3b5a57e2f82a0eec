import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '@dronedelivery/service-kit/logger';
import { createIngestionEvents } from './events.ts';

test('that requests are turned away is said once a minute, however many they are', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const write = (line: string) => void lines.push(line);
  const events = createIngestionEvents(createLogger({ service: 'ingestion', level: 'warn', write }), () => nowMs);
  for (nowMs = 1000; nowMs < 121_000; nowMs += 500) events.turnedAway('full');
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /"reason":"full".*requests are turned away/);
});
