import type { AccessTokenClaims, BusinessState } from '@dronedelivery/contracts';
import type { Business, User } from '../domain/business.ts';
import type { Client } from '../domain/client.ts';
import type { SigningKeySpan } from '../domain/signing-key.ts';

/** A place in a list ordered by time of creation and id; items after it come next. */
export interface ListPosition {
  readonly createdAt: number;
  readonly id: string;
}

export interface ListRange {
  readonly after: ListPosition | undefined;
  readonly limit: number;
}

export interface BusinessStore {
  /** Adds the business with its first user and client, unless `pendingMax` businesses are pending already. */
  register(business: Business, user: User, client: Client, pendingMax: number): Promise<'added' | 'full'>;
  find(businessId: string): Promise<Business | undefined>;
  list(range: ListRange): Promise<readonly Business[]>;
  /** @returns the business as it is then, or undefined when there is none. */
  setStatus(businessId: string, status: BusinessState): Promise<Business | undefined>;
  /** Adds the business unless its id is taken. */
  ensure(business: Business): Promise<void>;
}

export interface UserStore {
  add(user: User, usersMax: number): Promise<'added' | 'exists' | 'full'>;
  has(businessId: string, userId: string): Promise<boolean>;
  list(businessId: string, range: ListRange): Promise<readonly User[]>;
}

export interface ClientStore {
  /** Adds the client unless its business has `activeMax` active ones. Clients without a business count together. */
  add(client: Client, activeMax: number): Promise<'added' | 'full'>;
  find(clientId: string): Promise<Client | undefined>;
  /** @param businessId null for the clients that belong to no business. */
  list(businessId: string | null, range: ListRange): Promise<readonly Client[]>;
  revoke(clientId: string): Promise<void>;
  /** Adds the client, or changes everything but its status and time of creation. */
  replace(client: Client): Promise<void>;
}

export interface SigningKey extends SigningKeySpan {
  readonly createdAt: number;
  /** JSON Web Keys as text. */
  readonly publicJwk: string;
  readonly privateJwk: string;
}

export interface SigningKeyStore {
  list(): Promise<readonly SigningKey[]>;
  /** Adds the key unless there is one that signs from a moment after `later` on: two calls at once add one key. */
  addUnlessLater(key: SigningKey, later: number): Promise<SigningKey>;
  remove(kids: readonly string[]): Promise<void>;
}

/** Secrets of API clients: made at random, kept as slow hashes. */
export interface Secrets {
  create(): string;
  hash(secret: string): Promise<string>;
  /** Takes the same time whether or not there is a hash to compare with. */
  matches(secret: string, hash: string | undefined): Promise<boolean>;
}

export type GenerateSigningKey = () => Promise<{ kid: string; publicJwk: string; privateJwk: string }>;

/** Signs an access token (JWS compact form) that is valid from `now`, in milliseconds since 1970. */
export type SignToken = (key: SigningKey, subject: string, claims: AccessTokenClaims, now: number) => Promise<string>;
