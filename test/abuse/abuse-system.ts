import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Operation, Role } from '@dronedelivery/contracts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { type ForgedClaims, TokenForge } from './token-forge.ts';
import { Wire } from './wire.ts';

export interface AbuseSystem extends AsyncDisposable {
  readonly running: TestSystem;
  readonly wire: Wire;
  readonly forge: TokenForge;
  /** Where an operation can be called: directly at its service, and through the edge where that routes it. */
  doorsOf(operation: Operation): readonly Door[];
  processIds(): Readonly<Record<string, number>>;
}

export interface Door {
  readonly name: 'edge' | 'service';
  readonly base: string;
}

const unlimited = '1000000';

/** A whole system whose rate limits stand aside, since the tests mean to reach what lies behind them. */
export async function startAbuseSystem(): Promise<AbuseSystem> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'drone-delivery-'));
  const edge = {
    ...{ RATE_PER_S: unlimited, RATE_BURST: unlimited },
    ...{ ANONYMOUS_RATE_PER_S: unlimited, ANONYMOUS_BURST: unlimited },
  };
  const running = await startTestSystem({
    dataDir,
    drones: 3,
    settings: { edge, account: { REGISTRATION_BURST: '100000', CLIENTS_MAX: '100000' } },
  });
  const serviceUrl = (name: string) => running.system.info.services[name]?.url ?? '';
  const wire = new Wire();
  return {
    running,
    wire,
    forge: new TokenForge(dataDir, serviceUrl('account')),
    doorsOf: ({ service, public: isPublic }) => {
      const direct: Door = { name: 'service', base: serviceUrl(service) };
      return isPublic ? [{ name: 'edge', base: running.system.info.edgeUrl }, direct] : [direct];
    },
    processIds: () =>
      Object.fromEntries(Object.entries(running.system.info.services).map(([name, { pid }]) => [name, pid])),
    [Symbol.asyncDispose]: async () => {
      wire[Symbol.dispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** Claims of a caller with one role; a customer's name the business. */
export function claimsOf(role: Role, businessId?: string): ForgedClaims {
  const sub = `abuser-${role}${businessId === undefined ? '' : `-${businessId}`}`;
  if (role === 'drone') return { sub, roles: [role], drones: ['*'] };
  if (businessId === undefined) return { sub, roles: [role] };
  return { sub, roles: [role], businessId, ownerId: `owner-of-${businessId}` };
}
