import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessTokenClaims, type Client, grant } from './client.ts';

const client: Client = {
  clientId: 'c1',
  businessId: 'b1',
  name: 'Web shop',
  roles: ['shipper', 'business-admin'],
  ownerId: 'u1',
  drones: [],
  status: 'active',
  createdAt: 0,
  secretHash: 'hash',
};
const business = { businessId: 'b1', name: 'B', status: 'active', createdAt: 0 } as const;

test('a client of an active business gets all its roles, or those that it asks for', () => {
  assert.deepEqual(grant(client, business, undefined), { kind: 'granted', roles: client.roles });
  assert.deepEqual(grant(client, business, '  '), { kind: 'granted', roles: client.roles });
  assert.deepEqual(grant(client, business, 'shipper shipper'), { kind: 'granted', roles: ['shipper'] });
});

test('a role that the client does not have is refused', () => {
  assert.deepEqual(grant(client, business, 'shipper operator'), { kind: 'refused', reason: 'scope-not-granted' });
});

test('nothing is granted to a revoked client, nor to a pending, suspended or missing business', () => {
  const revoked = grant({ ...client, status: 'revoked' }, business, undefined);
  assert.deepEqual(revoked, { kind: 'refused', reason: 'client-revoked' });
  const inactive = { kind: 'refused', reason: 'business-not-active' };
  assert.deepEqual(grant(client, { ...business, status: 'suspended' }, undefined), inactive);
  assert.deepEqual(grant(client, { ...business, status: 'pending' }, undefined), inactive);
  assert.deepEqual(grant(client, undefined, undefined), inactive);
});

test('a client without a business needs none', () => {
  const operator: Client = { ...client, businessId: null, ownerId: null, roles: ['operator'] };
  assert.deepEqual(grant(operator, undefined, undefined), { kind: 'granted', roles: ['operator'] });
  assert.deepEqual(accessTokenClaims(operator, ['operator']), { roles: ['operator'] });
});

test('claims carry what the client has and leave out what it has not', () => {
  assert.deepEqual(accessTokenClaims(client, ['shipper']), { roles: ['shipper'], businessId: 'b1', ownerId: 'u1' });
  const gateway: Client = { ...client, businessId: null, ownerId: null, roles: ['drone'], drones: ['d-*'] };
  assert.deepEqual(accessTokenClaims(gateway, ['drone']), { roles: ['drone'], drones: ['d-*'] });
});
