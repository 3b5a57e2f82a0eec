import type { InvalidField, Location } from '@dronedelivery/contracts';
import { isSamePlace, readLocation } from './location-input.ts';

export interface RequestLimits {
  /** A request waits on the queue until its pickup, and messages live 7 days at most. */
  readonly pickupAheadMaxMs: number;
  readonly deadlineAheadMaxMs: number;
  readonly deadlineAfterPickupMs: number;
}

const dayMs = 24 * 3_600_000;

export const requestLimits: RequestLimits = {
  pickupAheadMaxMs: 6 * dayMs,
  deadlineAheadMaxMs: 7 * dayMs,
  deadlineAfterPickupMs: dayMs,
};

/** Members of a body that hang together; the body may be anything as yet, also one that the schema refuses. */
interface Members {
  readonly pickupLocation?: unknown;
  readonly dropOffLocation?: unknown;
  readonly pickupTime?: unknown;
  readonly deadline?: unknown;
}

/** What the schema cannot say of the body of a create. */
export function checkCreate(body: unknown, nowMs: number): InvalidField[] {
  const members = membersOf(body);
  return [...checkPlaces(members), ...checkTimes(members, nowMs), ...checkDefaultDeadline(members, nowMs)];
}

/** What the schema cannot say of the body of a reschedule; what is absent is not judged. */
export function checkReschedule(body: unknown, nowMs: number): InvalidField[] {
  const members = membersOf(body);
  return [...checkPlaces(members), ...checkTimes(members, nowMs)];
}

/** The deadline of a request that names none. */
export function deadlineOf(deadline: string | undefined, pickupTime: string): string {
  if (deadline !== undefined && deadline !== '') return deadline;
  return new Date(Date.parse(pickupTime) + requestLimits.deadlineAfterPickupMs).toISOString();
}

function checkPlaces({ pickupLocation, dropOffLocation }: Members): InvalidField[] {
  const pickup = readLocation(pickupLocation);
  const dropOff = readLocation(dropOffLocation);
  const faults = [
    ...outOfRange('/pickupLocation', pickupLocation, pickup),
    ...outOfRange('/dropOffLocation', dropOffLocation, dropOff),
  ];
  if (pickup === undefined || dropOff === undefined || !isSamePlace(pickup, dropOff)) return faults;
  return [invalid('/dropOffLocation', 'another place than pickupLocation')];
}

function outOfRange(path: string, input: unknown, read: Location | undefined): InvalidField[] {
  if (typeof input !== 'string' || read !== undefined) return [];
  return [invalid(path, '"lat,lon" with a latitude from -90 to 90 and a longitude from -180 to 180')];
}

function checkTimes({ pickupTime, deadline }: Members, nowMs: number): InvalidField[] {
  const pickupMs = instantMs(pickupTime);
  const deadlineMs = instantMs(deadline);
  return [
    ...inExistence('/pickupTime', pickupTime),
    ...inExistence('/deadline', deadline),
    ...rule(pickupMs, '/pickupTime', 'at most 6 days ahead', (ms) => ms <= nowMs + requestLimits.pickupAheadMaxMs),
    ...rule(deadlineMs, '/deadline', 'after pickupTime', (ms) => pickupMs === undefined || ms > pickupMs),
    ...rule(deadlineMs, '/deadline', 'at most 7 days ahead', (ms) => ms <= nowMs + requestLimits.deadlineAheadMaxMs),
    ...rule(deadlineMs, '/deadline', 'a time to come', (ms) => ms > nowMs),
  ];
}

function checkDefaultDeadline({ pickupTime, deadline }: Members, nowMs: number): InvalidField[] {
  if (deadline !== undefined && deadline !== '') return [];
  const expected = 'less than 24 hours ago, for that is when a request without a deadline ends';
  return rule(instantMs(pickupTime), '/pickupTime', expected, (ms) => ms + requestLimits.deadlineAfterPickupMs > nowMs);
}

/** A time that passes for one in its format, such as a leap second, and that no clock here ever shows. */
function inExistence(path: string, input: unknown): InvalidField[] {
  const isToJudge = typeof input === 'string' && input !== '';
  return isToJudge && instantMs(input) === undefined ? [invalid(path, 'a date and time that exist, with a zone')] : [];
}

function rule(ms: number | undefined, path: string, expected: string, holds: (ms: number) => boolean): InvalidField[] {
  return ms === undefined || holds(ms) ? [] : [invalid(path, expected)];
}

function membersOf(body: unknown): Members {
  return typeof body === 'object' && body !== null ? body : {};
}

function instantMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

function invalid(path: string, expected: string): InvalidField {
  return { in: 'body', path, expected };
}
