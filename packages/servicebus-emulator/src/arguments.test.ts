import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';

test('reads what is given and knows the rest', () => {
  assert.deepEqual(parseArguments(['--config', 'c.json', '--port', '0', '--data', 'd.db']), {
    configFile: 'c.json',
    dataFile: 'd.db',
    host: '127.0.0.1',
    port: 0,
    httpPort: 5300,
  });
});

test('a list of faults enables them; without, there are none', () => {
  const read = (...more: string[]) => parseArguments(['--config', 'c.json', ...more]).faults;
  assert.equal(read(), undefined);
  assert.deepEqual(read('--faults', '[]'), []);
  assert.deepEqual(read('--faults', '[{"kind":"hang","entity":"*"}]'), [{ kind: 'hang', entity: '*' }]);
  assert.throws(() => read('--faults', '[{"kind":"hang"}]'), /--faults: .*\n.*faults\[0\]\.entity/);
  assert.throws(() => read('--faults', 'all'), /--faults: .*JSON/);
});

test('explains what it cannot read', () => {
  assert.throws(() => parseArguments([]), /--config is missing/);
  assert.throws(() => parseArguments(['--config', 'c', '--port', '70000']), /--port: expected a port.*70000/);
  assert.throws(() => parseArguments(['--config', 'c', '--http-port', 'x']), /--http-port/);
  assert.throws(() => parseArguments(['--colour', 'red']), /Usage/);
});

test('the bound of the store is a whole number of megabytes', () => {
  const read = (text: string) => parseArguments(['--config', 'c.json', '--max-store-mb', text]).storeBytesMax;
  assert.equal(read('3'), 3 * 1024 * 1024);
  for (const text of ['0', '1.5', 'much']) assert.throws(() => read(text), /--max-store-mb: expected a number/);
});

test('the bound of a message is a whole number of kilobytes', () => {
  const read = (...more: string[]) => parseArguments(['--config', 'c.json', ...more]).limits;
  assert.equal(read(), undefined);
  assert.deepEqual(read('--max-message-kb', '1024'), { messageBytesMax: 1024 * 1024 });
  assert.throws(() => read('--max-message-kb', '1 MB'), /--max-message-kb: expected a number of kilobytes/);
});
