const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Durations of ten thousand years mean "for ever": the service itself writes P10675199DT2H48M5.4775807S. */
const foreverFromMs = 3_650_000 * dayMs;

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

/** The longest that there is, as the service writes it. */
const forever = 'P10675199DT2H48M5.4775807S';

/** The duration as ISO 8601, which `parseDuration` reads back. */
export function formatDuration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return forever;
  const [days, hours, minutes] = [dayMs, hourMs, minuteMs].map((unit, index, units) =>
    Math.floor((index === 0 ? ms : ms % (units[index - 1] ?? 1)) / unit),
  );
  const seconds = (ms % minuteMs) / 1000;
  const time = [part(hours, 'H'), part(minutes, 'M'), part(seconds, 'S')].join('');
  const date = part(days, 'D');
  return date === '' && time === '' ? 'PT0S' : `P${date}${time === '' ? '' : `T${time}`}`;
}

function part(count: number | undefined, unit: string): string {
  return count ? `${count}${unit}` : '';
}
