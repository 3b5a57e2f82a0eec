import type { Location } from '@dronedelivery/contracts';

/**
 * Reads a location in either of its forms. Undefined where it is neither or out of range: the schema tells of an
 * object's faults, but of the text form it knows only the shape.
 */
export function readLocation(input: unknown): Location | undefined {
  const location = typeof input === 'string' ? parseText(input) : input;
  return isLocation(location) ? location : undefined;
}

/** Altitude does not count: a parcel is not carried straight up. */
export function isSamePlace(a: Location, b: Location): boolean {
  return a.latitude === b.latitude && (isPole(a) || (a.longitude - b.longitude) % 360 === 0);
}

function parseText(text: string): unknown {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  return parts.length === 2 ? { latitude: parts[0], longitude: parts[1] } : undefined;
}

function isLocation(value: unknown): value is Location {
  if (typeof value !== 'object' || value === null) return false;
  const { latitude, longitude } = value as Record<string, unknown>;
  return isWithin(latitude, 90) && isWithin(longitude, 180);
}

function isWithin(value: unknown, limit: number): boolean {
  return typeof value === 'number' && Math.abs(value) <= limit;
}

function isPole({ latitude }: Location): boolean {
  return Math.abs(latitude) === 90;
}
