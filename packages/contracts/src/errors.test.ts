import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { errorCatalogue, errorCodeOf, problemType } from './errors.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

test('docs/errors.md explains every error of the catalogue, with its status, and no other', () => {
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)].map(([, code, status]) => `${code} ${status}`);
  const known = Object.entries(errorCatalogue).map(([code, { status }]) => `${code} ${status}`);
  assert.deepEqual(documented.sort(), known.sort());
});

test('a problem type leads back to its code, and foreign types to none', () => {
  assert.equal(errorCodeOf(problemType('not-found')), 'not-found');
  assert.equal(errorCodeOf('about:blank'), undefined);
  assert.equal(errorCodeOf('urn:drone-delivery:problem:toString'), undefined);
});
