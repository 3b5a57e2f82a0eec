/** When a key signs and how long it is published; the key material itself is no matter of these rules. */
export interface SigningKeySpan {
  readonly kid: string;
  /** Milliseconds since 1970. A key is published before this moment and signs from it on. */
  readonly signsFrom: number;
}

/** The key that signs at `now`: the latest whose time has come. */
export function signingKeyAt<K extends SigningKeySpan>(keys: readonly K[], now: number): K | undefined {
  let latest: K | undefined;
  for (const key of keys) {
    if (key.signsFrom <= now && (latest === undefined || key.signsFrom > latest.signsFrom)) latest = key;
  }
  return latest;
}

/**
 * The keys that verifiers need at `now`: those still to come, the one that signs, and older ones whose last token,
 * signed just before the successor took over, has not expired.
 */
export function publishedKeysAt<K extends SigningKeySpan>(
  keys: readonly K[],
  now: number,
  tokenLifetimeMs: number,
): K[] {
  return keys.filter((key) => {
    const supersededAt = Math.min(
      ...keys.filter((other) => other.signsFrom > key.signsFrom).map((other) => other.signsFrom),
    );
    return now < supersededAt + tokenLifetimeMs;
  });
}
