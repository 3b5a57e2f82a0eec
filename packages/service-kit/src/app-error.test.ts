import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from './app-error.ts';

test('who is told to come again costs no stack, and every other error keeps its own', () => {
  const frames = (error: Error) => (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).length;
  assert.equal(frames(new AppError('queue-full', undefined, { retryAfterS: 1 })), 0);
  assert.ok(frames(new AppError('internal')) > 0);
  assert.ok(frames(new Error('of somebody else')) > 0);
});
