import Type, { type Static } from 'typebox';
import { Id, Instant, literals, Page, strict } from './common.ts';
import { Role } from './roles.ts';

export const BusinessName = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
export const BusinessState = literals('pending', 'active', 'suspended');
export type BusinessState = Static<typeof BusinessState>;

export const RegisterBusiness = strict({ name: BusinessName });
export type RegisterBusiness = Static<typeof RegisterBusiness>;

/** The secret is shown this once; only its hash is kept. */
export const ClientCredentials = strict({ clientId: Id, clientSecret: Type.String() });
export type ClientCredentials = Static<typeof ClientCredentials>;

export const Business = strict({ businessId: Id, name: BusinessName, status: BusinessState, createdAt: Instant });
export type Business = Static<typeof Business>;
export const BusinessPage = Page(Business);

export const BusinessRegistered = strict({
  businessId: Id,
  name: BusinessName,
  status: BusinessState,
  client: ClientCredentials,
});
export type BusinessRegistered = Static<typeof BusinessRegistered>;

export const PatchBusiness = strict({ status: literals('active', 'suspended') });
export type PatchBusiness = Static<typeof PatchBusiness>;

export const CreateUser = strict({
  userId: Type.Optional(Id),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  emailAddress: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
});
export type CreateUser = Static<typeof CreateUser>;

export const User = strict({
  businessId: Id,
  userId: Id,
  name: Type.String(),
  emailAddress: Type.Union([Type.String(), Type.Null()]),
  createdAt: Instant,
});
export type User = Static<typeof User>;
export const UserPage = Page(User);

export const CreateClient = strict({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  roles: Type.Array(literals('shipper', 'business-admin'), { minItems: 1, maxItems: 2, uniqueItems: true }),
  /** The user that requests of this client default to. */
  ownerId: Type.Optional(Id),
});
export type CreateClient = Static<typeof CreateClient>;

/** An operator's: clients that belong to no business. */
export const CreateSystemClient = strict({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  roles: Type.Array(literals('operator', 'drone'), { minItems: 1, maxItems: 2, uniqueItems: true }),
  drones: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 100 })),
});
export type CreateSystemClient = Static<typeof CreateSystemClient>;

export const ApiClient = strict({
  clientId: Id,
  businessId: Type.Union([Id, Type.Null()]),
  name: Type.String(),
  roles: Type.Array(Role),
  ownerId: Type.Union([Id, Type.Null()]),
  drones: Type.Array(Type.String()),
  status: literals('active', 'revoked'),
  createdAt: Instant,
});
export type ApiClient = Static<typeof ApiClient>;
export const ApiClientPage = Page(ApiClient);

export const ApiClientCreated = strict({ ...ApiClient.properties, clientSecret: Type.String() });
export type ApiClientCreated = Static<typeof ApiClientCreated>;

/** RFC 6749, section 4.4.2; client id and secret come in the body or by HTTP Basic. */
export const TokenRequest = strict({
  grant_type: Type.String({ maxLength: 100 }),
  client_id: Type.Optional(Type.String({ maxLength: 128 })),
  client_secret: Type.Optional(Type.String({ maxLength: 256 })),
  scope: Type.Optional(Type.String({ maxLength: 500 })),
});
export type TokenRequest = Static<typeof TokenRequest>;

export const TokenAnswer = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  /** Seconds. */
  expires_in: Type.Integer(),
  scope: Type.Optional(Type.String()),
});
export type TokenAnswer = Static<typeof TokenAnswer>;

/** RFC 6749, section 5.2: the token endpoint's own form of error, sent with status 400 or 401. */
export const TokenError = strict({
  error: literals(
    'invalid_request',
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
  ),
  error_description: Type.String(),
});
export type TokenError = Static<typeof TokenError>;

export const JsonWebKeySet = Type.Object({ keys: Type.Array(Type.Object({ kid: Type.String(), kty: Type.String() })) });
export type JsonWebKeySet = Static<typeof JsonWebKeySet>;
