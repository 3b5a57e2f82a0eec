import type { Notification } from '@dronedelivery/contracts';
import type { Snapshot } from './snapshot.ts';
import type { Violation } from './violation.ts';

/** I4: one notification for each delivery, stage, plan revision, channel and address, under an id of its own. */
export function findToldTwice({ details }: Snapshot): Violation[] {
  const all = details.flatMap(({ businessId, deliveryId, notifications }) =>
    notifications.map((notification) => ({ owner: `${businessId}/${deliveryId}`, notification })),
  );
  const sameId = repeated(all, ({ notification }) => notification.id);
  const sameOccasion = repeated(all, ({ owner, notification }) => `${owner} ${occasion(notification)}`);
  return [
    ...sameId.map((group) => violation(group, 'one notification id is used more than once')),
    ...sameOccasion.map((group) => violation(group, 'one occasion was told more than once')),
  ];
}

interface Told {
  readonly owner: string;
  readonly notification: Notification;
}

function occasion({ stage, planRevision, channel, address }: Notification): string {
  return JSON.stringify([stage, planRevision, channel, address]);
}

function repeated(all: readonly Told[], nameOf: (told: Told) => string): Told[][] {
  return [...Map.groupBy(all, nameOf).values()].filter((group) => group.length > 1);
}

function violation(group: readonly Told[], text: string): Violation {
  const deliveries = new Set(group.map(({ notification }) => notification.deliveryId));
  const ids = new Set(group.map(({ notification }) => notification.id));
  return { invariant: 'I4', ids: [...deliveries, ...ids].sort(), text };
}
