/** One value at one moment. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** How the values change, by least squares, and what they are like. */
export interface Trend {
  readonly perMinute: number;
  readonly mean: number;
  /** What the line rises by from the first sample to the last. */
  readonly rise: number;
}

export function trendOf(samples: readonly Sample[]): Trend {
  const count = samples.length;
  const meanAtMs = sum(samples.map(({ atMs }) => atMs)) / count;
  const mean = sum(samples.map(({ value }) => value)) / count;
  const together = sum(samples.map(({ atMs, value }) => (atMs - meanAtMs) * (value - mean)));
  const spread = sum(samples.map(({ atMs }) => (atMs - meanAtMs) ** 2));
  const perMs = spread === 0 ? 0 : together / spread;
  const spanMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  return { perMinute: perMs * 60_000, mean, rise: perMs * spanMs };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
