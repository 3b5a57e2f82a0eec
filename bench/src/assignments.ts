import type { TrackingEvent } from '@dronedelivery/contracts';

/** When each delivery got its drone, by its history. @throws Error when one has none. */
export async function assignmentTimes(
  url: string,
  token: string,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (let from = 0; from < ids.length; from += 50) {
    await Promise.all(
      ids.slice(from, from + 50).map(async (id) => {
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`${url}/v1/deliveries/${id}/history`, { headers });
        if (!answer.ok) throw new Error(`The history of ${id} answered ${answer.status}: ${await answer.text()}`);
        const { items } = (await answer.json()) as { items: TrackingEvent[] };
        const assigned = items.find(({ kind }) => kind === 'assigned');
        if (assigned !== undefined) times.set(id, Date.parse(assigned.at));
      }),
    );
  }
  if (times.size < ids.length)
    throw new Error(`${ids.length - times.size} deliveries have no assignment in their history`);
  return times;
}
