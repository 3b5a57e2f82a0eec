import type { Snapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/** I6: with its own token a business sees its own deliveries, and whatever else it asks for is refused. */
export function findLeaks({ tenant }: Snapshot): Violation[] {
  const foreign = tenant.deliveries.filter(({ businessId }) => businessId !== tenant.businessId);
  const answered = tenant.probes.filter(({ status, expectedStatus }) => status !== expectedStatus);
  return [
    ...foreign.map(({ id, businessId }) => ({
      invariant: 'I6' as const,
      ids: [tenant.businessId, businessId, id],
      text: "the business sees another's delivery in its list",
    })),
    ...answered.map(({ path, status, expectedStatus }) => ({
      invariant: 'I6' as const,
      ids: [tenant.businessId],
      text: `GET ${path} answers ${status} instead of ${expectedStatus}`,
    })),
  ];
}
