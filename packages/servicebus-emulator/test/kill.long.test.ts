import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveAndCrash } from './support/crash-lives.ts';
import { killAgainAndAgain } from './support/kill-rounds.ts';
import { createFastFolder, createTemporaryFolder } from './support/temporary-folder.ts';
import { answersOf } from './support/verify-broker.ts';

const kills = 100;
const crashes = 3_000;

test('killed as a process, a hundred times', async (t) => {
  await using folder = await createTemporaryFolder();
  const answers = answersOf(await killAgainAndAgain(folder.path, 2, kills));
  t.diagnostic(`${kills} kills, ${answers} answers held`);
  assert.ok(answers > kills * 20, `too little happened: ${answers}`);
});

test('killed at any write, three thousand times', async (t) => {
  await using folder = await createFastFolder();
  const { answers } = await liveAndCrash(folder.path, 2, crashes);
  t.diagnostic(`${crashes} crashes, ${answers} answers held`);
  assert.ok(answers > crashes);
});
