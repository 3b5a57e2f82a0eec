import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolean,
  ConfigurationError,
  exactlyOneOf,
  integer,
  milliseconds,
  number,
  oneOf,
  port,
  readSettings,
  secret,
  text,
  url,
  urlList,
} from './config.ts';

test('settings are parsed, named in camelCase and frozen', () => {
  const settings = readSettings(
    {
      PORT: '8080',
      DATA_DIR: ' /tmp/x ',
      SILENCE_MS: '30s',
      ACTIVATE_AT_ONCE: 'true',
      TIME_SCALE: '2.5',
      PACKAGE_URL: 'http://a:1/, http://b:2',
      MODE: 'fast',
    },
    {
      PORT: port(),
      DATA_DIR: text(),
      SILENCE_MS: milliseconds({ min: 0, max: 60_000 }),
      ACTIVATE_AT_ONCE: boolean(),
      TIME_SCALE: number({ min: 1, max: 1000 }),
      PACKAGE_URL: urlList(),
      MODE: oneOf('fast', 'slow'),
      RETRIES: integer({ min: 0, max: 9 }).or(3),
      TAG: text().optional(),
    },
  );
  assert.deepEqual(settings, {
    port: 8080,
    dataDir: '/tmp/x',
    silenceMs: 30_000,
    activateAtOnce: true,
    timeScale: 2.5,
    packageUrl: ['http://a:1', 'http://b:2'],
    mode: 'fast',
    retries: 3,
    tag: undefined,
  });
  assert.ok(Object.isFrozen(settings));
});

test('every bad and missing setting is in one error', () => {
  const env = { PORT: '70000', WAIT_MS: '5 minutes', JWKS_URL: 'ftp://x', MODE: 'warp', FLAG: 'yes', EMPTY: '' };
  const read = () =>
    readSettings(env, {
      PORT: port(),
      WAIT_MS: milliseconds({ min: 0, max: 1000 }),
      JWKS_URL: url(),
      MODE: oneOf('fast', 'slow'),
      FLAG: boolean(),
      EMPTY: text(),
      MISSING: integer({ min: 1, max: 2 }),
    });
  assert.throws(read, (error: ConfigurationError) => {
    assert.ok(error instanceof ConfigurationError);
    assert.deepEqual(
      error.problems.map((problem) => problem.split(':')[0]),
      ['PORT', 'WAIT_MS', 'JWKS_URL', 'MODE', 'FLAG', 'EMPTY', 'MISSING'],
    );
    assert.match(error.message, /MODE: "warp" is not one of fast, slow/);
    assert.match(error.message, /MISSING: is missing; expected an integer from 1 to 2/);
    return true;
  });
});

test('numbers are not guessed from other notations', () => {
  for (const value of ['0x10', '1e2', '1.5', ' ', '+1', '١', '99999999999999999999']) {
    assert.throws(() => readSettings({ N: value }, { N: integer({ min: 0, max: 1e9 }) }), ConfigurationError, value);
  }
});

test('the value of a secret never shows', () => {
  const long = 'hunter2'.repeat(1000);
  assert.throws(
    () => readSettings({ CLIENT_SECRET: long }, { CLIENT_SECRET: secret() }),
    (error: Error) => !error.message.includes('hunter2'),
  );
});

test('of alternatives exactly one must be set', () => {
  const declaration = { A: text().optional(), B: secret().optional() };
  const read = (env: Record<string, string>) => readSettings(env, declaration, { rules: [exactlyOneOf('A', 'B')] });
  assert.equal(read({ B: 'x' }).b, 'x');
  assert.throws(() => read({}), /A, B: exactly one of them must be set/);
  assert.throws(() => read({ A: '1', B: '2' }), /exactly one/);
});
