import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSeeds } from './seed-file.ts';

const secret = 'a secret of the right length';
const problemsOf = (value: unknown): readonly string[] => {
  const read = readSeeds(JSON.stringify(value));
  return 'problems' in read ? read.problems : [];
};

test('a file with businesses and clients of every kind is taken', () => {
  const seeds = {
    businesses: [{ businessId: 'demo', name: 'Demo' }],
    clients: [
      { clientId: 'operator', clientSecret: secret, name: 'Operator', roles: ['operator'] },
      { clientId: 'shop', clientSecret: secret, name: 'Shop', roles: ['shipper'], businessId: 'demo', ownerId: 'u1' },
      { clientId: 'gateway', clientSecret: secret, name: 'Gateway', roles: ['drone', 'operator'], drones: ['*'] },
    ],
  };
  assert.deepEqual(readSeeds(JSON.stringify(seeds)), { seeds });
});

test('every wrong field is named at once, and no secret is repeated', () => {
  const problems = problemsOf({
    clients: [
      { clientId: '-', clientSecret: 'short', name: 'A', roles: ['admin'] },
      { clientId: 'b', clientSecret: secret, roles: ['operator'], extra: true },
    ],
  });
  for (const place of ['/clients/0/clientId', '/clients/0/clientSecret', '/clients/0/roles/0', '/clients/1']) {
    assert.ok(
      problems.some((problem) => problem.startsWith(place)),
      `${place} in ${problems}`,
    );
  }
  assert.match(problems.join(), /extra/);
  assert.doesNotMatch(problems.join(), /short/);
});

test('what does not fit together is named at once', () => {
  const client = { clientSecret: secret, name: 'X' };
  assert.deepEqual(
    problemsOf({
      businesses: [
        { businessId: 'b', name: 'B' },
        { businessId: 'b', name: 'B' },
      ],
      clients: [
        { ...client, clientId: 'a', roles: ['shipper'] },
        { ...client, clientId: 'a', roles: ['operator'], businessId: 'b' },
        { ...client, clientId: 'c', roles: ['operator'], ownerId: 'u', drones: ['*'] },
        { ...client, clientId: 'd', roles: ['shipper', 'service'], businessId: 'b' },
      ],
    }),
    [
      'business b is listed twice',
      'client a is listed twice',
      'client a needs a businessId for its roles',
      'client a must not have a businessId with its roles',
      'client c has an ownerId but no businessId',
      'client c has drones but not the role drone',
      'client d mixes the roles of a business with those of the system',
      'client d must not have a businessId with its roles',
    ],
  );
});

test('text that is no JSON is one problem', () => {
  assert.deepEqual(readSeeds('{'), { problems: ['it is no JSON'] });
});
