import type { DeliveryListItem } from '@dronedelivery/contracts';
import { mapBounded, type Reader } from './reader.ts';
import type { Probe, TenantView } from './snapshot.ts';

/** So many of the others' deliveries are asked for, the newest first. */
const foreignMax = 20;
const readings = ['', '/status', '/owner', '/history', '/notifications'];
const operatorsOnly = ['/v1/dronedeliveries', '/v1/drones', '/v1/deadletters', '/v1/stations'];

export interface TenantSurroundings {
  readonly tenant: Reader;
  readonly operator: Reader;
  readonly businessId: string;
  readonly edgeUrl: string;
}

/** What the business sees of its own, and how it is answered where it has no business. */
export async function lookAsTenant(
  surroundings: TenantSurroundings,
  deliveries: readonly DeliveryListItem[],
): Promise<TenantView> {
  const { tenant, businessId, edgeUrl } = surroundings;
  const own = await tenant.all<DeliveryListItem>('/v1/deliveries');
  const ownIds = new Set(own.flatMap((one) => (one.businessId === businessId ? [one.id] : [])));
  const foreign = deliveries.filter((one) => one.businessId !== businessId && !ownIds.has(one.id)).slice(0, foreignMax);
  const expected = [
    ...foreign.flatMap(({ id }) => readings.map((reading) => refused(`/v1/deliveries/${id}${reading}`, 404))),
    ...(await foreignPackages(surroundings, foreign)).map((id) => refused(`/v1/packages/${id}`, 404)),
    ...[foreign[0]?.businessId ?? `not-${businessId}`].map((id) => refused(`/v1/deliveries?businessId=${id}`, 403)),
    ...operatorsOnly.map((path) => refused(path, 403)),
  ];
  const probes = await mapBounded(expected, async (one) => ({
    ...one,
    status: (await tenant.answer(one.path)).status,
  }));
  return { businessId, deliveries: own, probes: [...probes, await withoutToken(edgeUrl)] };
}

function refused(path: string, expectedStatus: number): Omit<Probe, 'status'> {
  return { path, expectedStatus };
}

/** Package ids are the customers' own, so two businesses may have the same. */
async function foreignPackages({ operator, businessId }: TenantSurroundings, foreign: readonly DeliveryListItem[]) {
  const ids = [...new Set(foreign.flatMap(({ parcel }) => (parcel === null ? [] : [parcel.packageId])))];
  const answers = await mapBounded(ids, (id) => operator.answer(`/v1/packages/${id}?businessId=${businessId}`));
  return ids.filter((_, index) => answers[index]?.status === 404);
}

async function withoutToken(edgeUrl: string): Promise<Probe> {
  const answer = await fetch(`${edgeUrl}/v1/deliveries`, { signal: AbortSignal.timeout(10_000) });
  await answer.body?.cancel();
  return { path: '/v1/deliveries without a token', expectedStatus: 401, status: answer.status };
}
