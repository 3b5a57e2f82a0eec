import { Setting } from './setting.ts';

const textLengthMax = 4096;
const integerText = /^-?\d{1,15}$/;
const numberText = /^-?\d{1,15}(\.\d{1,15})?$/;
const durationText = /^(\d{1,12})(ms|s|m|h)?$/;
const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

interface Range {
  readonly min: number;
  readonly max: number;
}

export function text({ lengthMax = textLengthMax }: { readonly lengthMax?: number } = {}): Setting<string> {
  return new Setting<string>({
    expected: `a text of at most ${lengthMax} characters`,
    parse: (value) => (value.length <= lengthMax ? value : undefined),
  });
}

export function integer({ min, max }: Range): Setting<number> {
  return new Setting<number>({
    expected: `an integer from ${min} to ${max}`,
    parse: (value) => (integerText.test(value) ? within(Number(value), min, max) : undefined),
  });
}

export function number({ min, max }: Range): Setting<number> {
  return new Setting<number>({
    expected: `a number from ${min} to ${max}`,
    parse: (value) => (numberText.test(value) ? within(Number(value), min, max) : undefined),
  });
}

/** A TCP port; 0 lets the system pick a free one. */
export function port(): Setting<number> {
  return integer({ min: 0, max: 65_535 });
}

/** A duration such as `1500`, `1500ms`, `30s`, `15m` or `6h`; the value is in milliseconds. */
export function milliseconds({ min, max }: Range): Setting<number> {
  return new Setting<number>({
    expected: `a duration from ${min} ms to ${max} ms, such as 1500, 30s or 15m`,
    parse: (value) => {
      const [, digits, unit = 'ms'] = durationText.exec(value) ?? [];
      return digits === undefined
        ? undefined
        : within(Number(digits) * unitsMs[unit as keyof typeof unitsMs], min, max);
    },
  });
}

export function boolean(): Setting<boolean> {
  return new Setting<boolean>({
    expected: 'true or false',
    parse: (value) => (value === 'true' ? true : value === 'false' ? false : undefined),
  });
}

export function oneOf<const V extends readonly [string, ...string[]]>(...values: V): Setting<V[number]> {
  return new Setting<V[number]>({
    expected: `one of ${values.join(', ')}`,
    parse: (value) => values.find((known) => known === value),
  });
}

/** An absolute http or https address without query, fragment or credentials; the value has no slash at its end. */
export function url(): Setting<string> {
  return new Setting<string>({ expected: 'an http or https address', parse: httpUrl });
}

/** Addresses of the replicas of one service, separated by commas. */
export function urlList(): Setting<readonly string[]> {
  return new Setting<readonly string[]>({
    expected: 'a comma-separated list of http or https addresses',
    parse: (value) => {
      const urls = value.split(',').map((part) => httpUrl(part.trim()));
      return urls.every((one) => one !== undefined) ? Object.freeze(urls) : undefined;
    },
  });
}

/** Comes from `NAME`, from the file that `NAME_FILE` names, or from a mounted file; is never shown in messages. */
export function secret(): Setting<string> {
  return new Setting<string>({
    expected: 'a text, in the variable or in a file',
    parse: (value) => (value.length <= textLengthMax ? value : undefined),
    isSecret: true,
  });
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

function httpUrl(value: string): string | undefined {
  const parsed = URL.parse(value);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '') return undefined;
  return parsed.href.replace(/\/+$/, '');
}
