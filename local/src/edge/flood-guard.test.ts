import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import type { ErrorCode } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Taken } from '@dronedelivery/service-kit/token-buckets';
import { createAdmission } from './admission.ts';
import { createFloodGuard } from './flood-guard.ts';

const principal = {
  subject: 's1',
  roles: ['shipper'],
  businessId: 'b1',
  expiresAtMs: Number.MAX_SAFE_INTEGER,
} as const;
const asked = { method: 'POST', url: '/v1/deliveryrequests', headers: { authorization: 'Bearer known' } };

/** What an edge at which business `b1` has `tokens` left refuses a request with. */
function guardWith({ tokens = 9, isFull = false }) {
  const takeOfCaller = (caller: string): Taken => {
    assert.equal(caller, 'business b1');
    return { waitMs: tokens-- > 0 ? 0 : 1000, giveBack: () => undefined };
  };
  const verifier = {
    cached: (token: string) => (token === 'known' ? principal : undefined),
    verify: () => Promise.reject(new Error('waits')),
  };
  const takeOfAddress = () => assert.fail('no caller here is counted by address');
  const admission = createAdmission({ verifier, takeOfCaller, takeOfAddress });
  const turnAway = createFloodGuard(admission, {
    refusalOf: (_operation, caller) =>
      isFull ? new AppError('business-queue-full', caller, { retryAfterS: 1 }) : undefined,
  });
  return (request: object): ErrorCode | undefined => turnAway({ ...asked, ...request } as IncomingMessage)?.code;
}

test('a business over its rate is turned away at once, and so is one whose service has no room for it', () => {
  assert.equal(guardWith({ tokens: 0 })({}), 'too-many-requests');
  assert.equal(guardWith({ isFull: true })({}), 'business-queue-full');
  assert.equal(guardWith({})({}), undefined);
});

test('what takes more than a look at a known token is left to its route', () => {
  const refusal = guardWith({ tokens: 0, isFull: true });
  for (const authorization of [undefined, 'Bearer unknown', 'Basic known']) {
    assert.equal(refusal({ headers: { authorization } }), undefined);
  }
  for (const url of ['/v1/deliveryrequests?x=1', '/v1/deliveryrequests/', '/v1/businesses', '/v1/nothing']) {
    assert.equal(refusal({ url }), undefined, url);
  }
  assert.equal(refusal({ method: 'GET' }), undefined);
});
