import Type, { type Static, type TLiteral, type TObject, type TSchema, type TUnion } from 'typebox';

type LiteralsOf<V extends readonly string[]> = { -readonly [I in keyof V]: TLiteral<V[I]> };

/** A closed set of strings. JSON Schema `enum`, so that a validator names the whole set in one message. */
export function literals<const V extends readonly [string, ...string[]]>(...values: V): TUnion<LiteralsOf<V>> {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values] }) as unknown as TUnion<LiteralsOf<V>>;
}

export const idLengthMax = 128;

/** Delivery, package, drone, owner and business ids. */
export const Id = Type.String({
  minLength: 1,
  maxLength: idLengthMax,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._~-]*$',
  description: 'letters, digits, ".", "_", "~" and "-", beginning with a letter or digit',
});
export type Id = Static<typeof Id>;

/** RFC 3339 date and time with a zone, as in `2026-11-21T09:30:00Z`. */
export const Instant = Type.String({
  format: 'date-time',
  maxLength: 40,
  description: 'RFC 3339 date-time with a zone',
});
export type Instant = Static<typeof Instant>;

export const Latitude = Type.Number({ minimum: -90, maximum: 90, description: 'degrees north' });
export const Longitude = Type.Number({ minimum: -180, maximum: 180, description: 'degrees east' });

/** WGS-84 degrees; altitude in metres above ground. */
export const Location = Type.Object(
  {
    latitude: Latitude,
    longitude: Longitude,
    altitude: Type.Optional(Type.Number({ minimum: 0, maximum: 500, description: 'metres above ground' })),
  },
  { additionalProperties: false },
);
export type Location = Static<typeof Location>;

/** `"lat,lon"` in decimal degrees; the ranges are checked when it is parsed. */
export const LocationText = Type.String({
  maxLength: 64,
  pattern: '^\\s*[+-]?\\d{1,3}(\\.\\d{1,15})?\\s*,\\s*[+-]?\\d{1,3}(\\.\\d{1,15})?\\s*$',
  description: '"lat,lon" in decimal degrees',
});

export const LocationInput = Type.Union([Location, LocationText], {
  description: 'a location {latitude, longitude, altitude?} or the text "lat,lon"',
});
export type LocationInput = Static<typeof LocationInput>;

export const pageLimitMax = 200;
export const pageLimitDefault = 50;

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageLimitMax, default: pageLimitDefault })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};

/** Names the business in calls by services and in reads by operators; everybody else's comes from the token. */
export const BusinessQuery = { businessId: Type.Optional(Id) };

export const MonthQuery = {
  year: Type.Integer({ minimum: 2000, maximum: 9999 }),
  month: Type.Integer({ minimum: 1, maximum: 12 }),
};

export function Page<S extends TSchema>(item: S) {
  return strict({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) });
}

/** An object that refuses properties it does not know. */
export function strict<P extends Record<string, TSchema>>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false }) as unknown as TObject<P>;
}

export const IdParams = strict({ id: Id });

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}
