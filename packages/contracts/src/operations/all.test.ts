import assert from 'node:assert/strict';
import test from 'node:test';
import { allOperations, edgeRoutes, operations } from './all.ts';

test('every operation is registered under its own id, and no two share a method and path', () => {
  for (const [key, operation] of Object.entries(operations)) assert.equal(operation.id, key);
  const routes = allOperations.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`);
  assert.deepEqual(
    routes.filter((route, index) => routes.indexOf(route) !== index),
    [],
  );
});

test('what only services may call is not routed by the edge', () => {
  const leaked = edgeRoutes.filter(
    ({ access }) => access.kind === 'roles' && access.roles.every((role) => role === 'service'),
  );
  assert.deepEqual(
    leaked.map(({ id }) => id),
    [],
  );
});

test('path parameters and their schema name the same things', () => {
  for (const { id, path, params } of allOperations) {
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    assert.deepEqual(Object.keys(params?.properties ?? {}), inPath, id);
  }
});

test('only GET and DELETE have no body, and every operation says how it succeeds', () => {
  for (const { id, method, body, responses } of allOperations) {
    if (method === 'GET' || method === 'DELETE') assert.equal(body, undefined, id);
    const statuses = Object.keys(responses).map(Number);
    assert.ok(statuses.length > 0 && statuses.every((status) => status >= 200 && status < 300), id);
  }
});
