import type { MissionKey } from './mission.ts';

/** What a mission adds to its owner's month (UTC). */
export interface Usage {
  readonly businessId: string;
  readonly ownerId: string;
  readonly year: number;
  readonly month: number;
  readonly flownM: number;
  readonly boundMs: number;
  readonly missions: number;
}

export interface UsageOwner extends Pick<MissionKey, 'businessId'> {
  readonly ownerId: string;
}

export function missionUsage(owner: UsageOwner, atMs: number): Usage {
  return { ...owner, ...monthOf(atMs), flownM: 0, boundMs: 0, missions: 1 };
}

export function flightUsage(owner: UsageOwner, atMs: number, flownM: number): Usage {
  return { ...owner, ...monthOf(atMs), flownM, boundMs: 0, missions: 0 };
}

/** Time bound to a mission, each month its part. */
export function boundUsage(owner: UsageOwner, fromMs: number, untilMs: number): readonly Usage[] {
  const parts: Usage[] = [];
  for (let at = fromMs; at < untilMs; ) {
    const end = Math.min(untilMs, nextMonthMs(at));
    parts.push({ ...owner, ...monthOf(at), flownM: 0, boundMs: end - at, missions: 0 });
    at = end;
  }
  return parts;
}

/** One entry for each owner and month. */
export function totalUsage(entries: Iterable<Usage>): readonly Usage[] {
  const totals = new Map<string, Usage>();
  for (const entry of entries) {
    const key = `${entry.businessId}/${entry.ownerId}/${entry.year}/${entry.month}`;
    const sum = totals.get(key);
    totals.set(key, sum === undefined ? entry : added(sum, entry));
  }
  return [...totals.values()];
}

function added(a: Usage, b: Usage): Usage {
  return {
    ...a,
    flownM: a.flownM + b.flownM,
    boundMs: a.boundMs + b.boundMs,
    missions: a.missions + b.missions,
  };
}

function monthOf(atMs: number): { readonly year: number; readonly month: number } {
  const date = new Date(atMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 };
}

function nextMonthMs(atMs: number): number {
  const { year, month } = monthOf(atMs);
  return Date.UTC(year, month, 1);
}
