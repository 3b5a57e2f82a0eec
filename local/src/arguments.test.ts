import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { parseStartArguments, UsageError } from './arguments.ts';

test('without arguments everything has a default', () => {
  const options = parseStartArguments([]);
  assert.ok(options !== 'help');
  assert.deepEqual(
    { edgePort: options.edgePort, fresh: options.fresh, demo: options.demo, replicas: options.replicas },
    { edgePort: 8080, fresh: false, demo: true, replicas: {} },
  );
  assert.equal(options.dataDir, path.resolve('.data'));
});

test('every option reaches its place', () => {
  const line =
    '--data /tmp/x --fresh --port 0 --no-demo --drones 7 --seed 3 --time-scale 2.5 --replicas workflow=2,drone-scheduler=3';
  const options = parseStartArguments(line.split(' '));
  assert.deepEqual(options, {
    dataDir: path.resolve('/tmp/x'),
    fresh: true,
    edgePort: 0,
    demo: false,
    drones: 7,
    seed: 3,
    timeScale: 2.5,
    replicas: { workflow: 2, 'drone-scheduler': 3 },
    logLevel: 'info',
  });
});

test('every mistake is named in one message', () => {
  const line = '--port 70000 --drones -1 --seed x --time-scale 0.5 --replicas account=2,workflow=0 --log-level loud';
  const args = line.split(' ').map((part) => part.replace('-1', '0.5'));
  assert.throws(
    () => parseStartArguments(args),
    (error: Error) =>
      error instanceof UsageError &&
      ['--port', '--drones', '--seed', '--time-scale', 'account=2', 'workflow=0', '--log-level'].every((part) =>
        error.message.includes(part),
      ),
  );
});

test('an unknown option is refused', () => {
  assert.throws(() => parseStartArguments(['--prot', '1']), UsageError);
});
