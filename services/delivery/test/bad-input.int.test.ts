import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allOperations } from '@dronedelivery/contracts';
import { type Reply, type RunningDelivery, runDelivery, unreachableBroker } from './support/running-delivery.ts';

let delivery: RunningDelivery;
before(async () => {
  delivery = await runDelivery({ connectionString: unreachableBroker });
});
after(() => delivery[Symbol.asyncDispose]());

const own = allOperations.filter(({ service }) => service === 'delivery');
const withBody = own.filter(({ body }) => body !== undefined);

const bodies = [
  ['', {}, [400]],
  ['null', {}, [400]],
  ['[]', {}, [400]],
  ['{"a":', {}, [400]],
  ['{"a":1,"a":2}', {}, [400]],
  ['{"__proto__":{"x":1}}', {}, [400]],
  ['{"constructor":{"prototype":{}}}', {}, [400]],
  ['['.repeat(10_000), {}, [400]],
  [`{"a":"${'x'.repeat(1_100_000)}"}`, {}, [413]],
  ['a=1', { 'content-type': 'application/x-www-form-urlencoded' }, [415]],
  ['<a/>', { 'content-type': 'text/xml' }, [415]],
] as const;

for (const operation of withBody) {
  test(`${operation.id}: a bad body is a clear problem`, async () => {
    const roles = operation.access.kind === 'roles' ? operation.access.roles : [];
    const isService = roles.includes('service');
    const call = delivery.caller(isService ? { roles: ['service'] } : { roles: ['shipper'], businessId: 'shop' });
    const path = `${operation.path.replace(':id', 'delivery-1')}${isService ? '?businessId=shop' : ''}`;
    for (const [body, headers, statuses] of bodies) {
      const reply = await call(operation.method, path, body, headers);
      assert.ok((statuses as readonly number[]).includes(reply.status), `${body.slice(0, 40)}: ${reply.status}`);
      assertProblem(reply);
    }
  });
}

for (const operation of own.filter(({ params }) => params !== undefined)) {
  test(`${operation.id}: an id that is none is a clear problem`, async () => {
    for (const id of ['x'.repeat(129), 'a%20b', '-a', '%00', 'a%2Fb']) {
      const roles = operation.access.kind === 'roles' ? operation.access.roles : [];
      const call = delivery.caller(
        roles.includes('service') ? { roles: ['service'] } : { roles: ['shipper'], businessId: 'shop' },
      );
      const path = operation.path.replace(':id', id);
      const reply = await call(operation.method, path, operation.body === undefined ? undefined : {});
      assert.equal(reply.status, 400, id);
      assertProblem(reply);
    }
  });
}

function assertProblem({ headers, body }: Reply): void {
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.match(body.type, /^urn:drone-delivery:problem:/);
}
