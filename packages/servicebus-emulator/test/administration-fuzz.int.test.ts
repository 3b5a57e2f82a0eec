import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type Emulator, startServiceBusEmulator } from '../src/index.ts';
import { readXml } from '../src/xml/read-xml.ts';
import { hostileRequest, sendRaw, type WireReply, type WireRequest } from './support/fuzz-administration.ts';
import { createRandom } from './support/random.ts';
import { createFastFolder } from './support/temporary-folder.ts';

const cases = 600;
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [{ Name: 'q' }, { Name: 'healthy' }],
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }] }],
      },
    ],
  },
};

test('whatever is asked of the administration is answered, in its own form', async (t) => {
  await using folder = await createFastFolder();
  const dataFile = path.join(folder.path, 'broker.db');
  const random = createRandom(20_261_122);
  const counts = new Map<string, number>();
  let entities: readonly string[];
  {
    await using emulator = await startServiceBusEmulator({ config, dataFile });
    const { port } = new URL(emulator.statusUrl);
    for (let round = 0; round < cases; round++) {
      const request = hostileRequest(random);
      const reply = await sendRaw(Number(port), request);
      assertAnswered(request, reply);
      const outcome = reply === undefined ? 'cut off' : String(reply.status);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (round % 50 === 0) assert.equal(await statusOf(emulator, 'healthy'), 200);
    }
    entities = entitiesOf(emulator);
    for (const name of entities)
      assert.equal(await statusOf(emulator, name), 200, `${name} is there, but not to be found`);
  }
  t.diagnostic([...counts].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
  for (const outcome of ['200', '201', '400', '404', '405', '409', '412', '413'])
    assert.ok(counts.has(outcome), `${outcome} was never seen`);
  await using again = await startServiceBusEmulator({ config, dataFile });
  assert.deepEqual(entitiesOf(again), entities);
});

function assertAnswered({ head, isCutOff }: WireRequest, reply: WireReply | undefined): void {
  if (reply === undefined) {
    assert.ok(isCutOff, `no answer to ${head}`);
    return;
  }
  const { status, type, body } = reply;
  const told = `${head}${status} ${body.slice(0, 500)}`;
  assert.ok(status >= 200 && status < 500, told);
  // What the server itself takes for no HTTP at all never comes to the administration.
  if (status === 400 && type === undefined) return;
  if (body === '') assert.ok(head.startsWith('HEAD') || (head.startsWith('DELETE') && status === 200), told);
  else assertForm(reply, told);
}

function assertForm({ status, type, body }: WireReply, told: string): void {
  assert.match(type ?? '', /^application\/atom\+xml/, told);
  assert.doesNotMatch(body, /[^\P{Cc}\t\n\r]/u, told);
  const root = readXml(body);
  if (status < 400) assert.ok(['entry', 'feed'].includes(root.name), told);
  else assert.deepEqual([root.name, root.children[0]?.text], ['Error', String(status)], told);
}

function entitiesOf(emulator: Emulator): string[] {
  return emulator
    .status()
    .entities.map(({ name }) => name)
    .sort();
}

async function statusOf({ statusUrl }: Emulator, name: string): Promise<number> {
  const { status } = await fetch(new URL(`/${encodeURI(name)}?api-version=2021-05`, statusUrl));
  return status;
}
