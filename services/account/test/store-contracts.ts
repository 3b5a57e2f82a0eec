import assert from 'node:assert/strict';
import { type AdapterUnderTest, contractSuite } from '@dronedelivery/testing';
import type { Stores } from '../src/adapters/sqlite/open-stores.ts';
import type { SigningKey } from '../src/app/ports.ts';
import type { Business, User } from '../src/domain/business.ts';
import type { Client } from '../src/domain/client.ts';

/** Two handles on one empty store, as two processes would have them. */
export interface TwoHandles {
  readonly one: Stores;
  readonly other: Stores;
}

const business = (businessId: string, over: Partial<Business> = {}): Business => ({
  ...{ businessId, name: `Business ${businessId}`, status: 'pending', createdAt: 1000 },
  ...over,
});
const user = (businessId: string, userId: string, createdAt = 1000): User => ({
  ...{ businessId, userId, name: userId, emailAddress: null, createdAt },
});
const client = (clientId: string, over: Partial<Client> = {}): Client => ({
  ...{ clientId, businessId: 'b1', name: clientId, roles: ['shipper'], ownerId: null, drones: [], status: 'active' },
  ...{ createdAt: 1000, secretHash: 'hash' },
  ...over,
});
const key = (kid: string, signsFrom: number): SigningKey => ({
  ...{ kid, signsFrom, createdAt: 0, publicJwk: '{}', privateJwk: '{}' },
});
const all = { after: undefined, limit: 100 };

/** What every adapter of the account stores must do. */
export function storeContracts(adapters: readonly AdapterUnderTest<TwoHandles>[]): void {
  contractSuite('account stores', adapters, {
    'a registered business is there with its user and client, for every process': async ({ one, other }) => {
      assert.equal(await one.businesses.register(business('b1'), user('b1', 'u1'), client('c1'), 10), 'added');
      assert.deepEqual(await other.businesses.find('b1'), business('b1'));
      assert.equal(await other.users.has('b1', 'u1'), true);
      assert.deepEqual(await other.clients.find('c1'), client('c1'));
      assert.equal(await other.businesses.find('b2'), undefined);
    },

    'pending businesses are bounded; active ones are not': async ({ one }) => {
      const register = (id: string, status: Business['status']) =>
        one.businesses.register(business(id, { status }), user(id, 'u'), client(`c-${id}`, { businessId: id }), 1);
      assert.equal(await register('b1', 'pending'), 'added');
      assert.equal(await register('b2', 'pending'), 'full');
      assert.equal(await one.businesses.find('b2'), undefined);
      assert.equal(await one.users.has('b2', 'u'), false);
      assert.equal(await register('b3', 'active'), 'added');
      await one.businesses.setStatus('b1', 'active');
      assert.equal(await register('b4', 'pending'), 'added');
    },

    'a status is set and told; an unknown business has none': async ({ one, other }) => {
      await one.businesses.ensure(business('b1'));
      assert.equal((await one.businesses.setStatus('b1', 'suspended'))?.status, 'suspended');
      assert.equal((await other.businesses.find('b1'))?.status, 'suspended');
      assert.equal(await one.businesses.setStatus('b2', 'active'), undefined);
    },

    'ensuring a business leaves one that is there as it is': async ({ one }) => {
      await one.businesses.ensure(business('b1', { status: 'suspended' }));
      await one.businesses.ensure(business('b1', { status: 'active', name: 'Other' }));
      assert.deepEqual(await one.businesses.find('b1'), business('b1', { status: 'suspended' }));
    },

    'lists go by creation and id, in pages that neither repeat nor skip': async ({ one }) => {
      const times: readonly (readonly [string, number])[] = [
        ['d', 1],
        ['b', 2],
        ['a', 2],
        ['c', 3],
      ];
      for (const [id, createdAt] of times) await one.businesses.ensure(business(id, { createdAt }));
      const first = await one.businesses.list({ after: undefined, limit: 2 });
      assert.deepEqual(
        first.map(({ businessId }) => businessId),
        ['d', 'a'],
      );
      await one.businesses.ensure(business('later', { createdAt: 9 }));
      const rest = await one.businesses.list({ after: { createdAt: 2, id: 'a' }, limit: 10 });
      assert.deepEqual(
        rest.map(({ businessId }) => businessId),
        ['b', 'c', 'later'],
      );
    },

    'users belong to their business: the same id in another is another user': async ({ one }) => {
      for (const id of ['b1', 'b2']) await one.businesses.ensure(business(id));
      assert.equal(await one.users.add(user('b1', 'u1'), 2), 'added');
      assert.equal(await one.users.add(user('b1', 'u1'), 2), 'exists');
      assert.equal(await one.users.add(user('b2', 'u1'), 2), 'added');
      assert.equal(await one.users.add(user('b1', 'u2'), 2), 'added');
      assert.equal(await one.users.add(user('b1', 'u3'), 2), 'full');
      assert.deepEqual(
        (await one.users.list('b1', all)).map(({ userId }) => userId),
        ['u1', 'u2'],
      );
      assert.deepEqual(await one.users.list('b2', all), [user('b2', 'u1')]);
      assert.equal(await one.users.has('b2', 'u2'), false);
    },

    'clients are listed by business, or those of none': async ({ one }) => {
      const gateway = client('gateway', { businessId: null, roles: ['drone', 'operator'], drones: ['a', 'b*'] });
      for (const each of [client('c1', { ownerId: 'u1' }), client('c2', { businessId: 'b2' }), gateway]) {
        assert.equal(await one.clients.add(each, 10), 'added');
      }
      assert.deepEqual(await one.clients.list('b1', all), [client('c1', { ownerId: 'u1' })]);
      assert.deepEqual(await one.clients.list(null, all), [gateway]);
      assert.deepEqual(await one.clients.find('gateway'), gateway);
    },

    'active clients are bounded; revoked ones make room, and stay in the list': async ({ one, other }) => {
      assert.equal(await one.clients.add(client('c1'), 1), 'added');
      assert.equal(await one.clients.add(client('c2'), 1), 'full');
      await one.clients.revoke('c1');
      assert.equal((await other.clients.find('c1'))?.status, 'revoked');
      assert.equal(await one.clients.add(client('c2'), 1), 'added');
      assert.equal((await one.clients.list('b1', all)).length, 2);
      await one.clients.revoke('unknown');
    },

    'replacing changes all but status and creation, and adds what is missing': async ({ one }) => {
      await one.clients.replace(client('c1'));
      await one.clients.revoke('c1');
      await one.clients.replace(
        client('c1', { name: 'New', roles: ['business-admin'], secretHash: 'new', createdAt: 5 }),
      );
      const expected = client('c1', { name: 'New', roles: ['business-admin'], secretHash: 'new', status: 'revoked' });
      assert.deepEqual(await one.clients.find('c1'), expected);
    },

    'of keys added at once by two processes one remains': async ({ one, other }) => {
      const added = await Promise.all([
        one.signingKeys.addUnlessLater(key('a', 0), -1),
        other.signingKeys.addUnlessLater(key('b', 0), -1),
      ]);
      assert.equal(added[0]?.kid, added[1]?.kid);
      assert.equal((await one.signingKeys.list()).length, 1);
      assert.equal((await one.signingKeys.addUnlessLater(key('c', 500), 0)).kid, 'c');
      assert.equal((await other.signingKeys.addUnlessLater(key('d', 600), 100)).kid, 'c');
      assert.equal((await other.signingKeys.addUnlessLater(key('e', 900), 500)).kid, 'e');
      await one.signingKeys.remove([added[0]?.kid ?? '', 'unknown']);
      assert.deepEqual(
        (await other.signingKeys.list()).map(({ kid }) => kid),
        ['c', 'e'],
      );
    },
  });
}
