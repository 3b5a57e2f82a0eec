const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Durations of ten thousand years mean "for ever": the service itself writes P10675199DT2H48M5.4775807S. */
const foreverFromMs = 3_650_000 * 86_400_000;

/**
 * An ISO 8601 duration of days, hours, minutes and seconds.
 * @returns milliseconds, Infinity for what the service treats as for ever; undefined when it is not a duration
 */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null || /^P$|T$/.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = Math.round((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
  return ms >= foreverFromMs ? Number.POSITIVE_INFINITY : ms;
}
