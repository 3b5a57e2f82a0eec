import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveAndCrash } from './support/crash-lives.ts';
import { createFastFolder } from './support/temporary-folder.ts';

test('killed at any write, it keeps what it said', async (t) => {
  await using folder = await createFastFolder();
  const { crashes, answers } = await liveAndCrash(folder.path, 1, 250);
  t.diagnostic(`${crashes} crashes, ${answers} answers held`);
  assert.ok(answers > crashes);
});
