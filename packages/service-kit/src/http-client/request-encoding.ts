import type { Operation } from '@dronedelivery/contracts';

type Values = Readonly<Record<string, unknown>> | undefined;

/** Compiles a path template once; values are encoded, so that an id can never become another path. */
export function pathBuilder({ path }: Operation): (params: Values, query: Values) => string {
  const parts = path.split(/:(\w+)/);
  return (params, query) => {
    let text = parts[0] ?? '';
    for (let index = 1; index < parts.length; index += 2) {
      text += encodeURIComponent(String(params?.[parts[index] ?? ''])) + (parts[index + 1] ?? '');
    }
    const search = queryText(query);
    return search === '' ? text : `${text}?${search}`;
  };
}

export function encodeBody({ bodyMediaType = 'application/json' }: Operation, body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return bodyMediaType === 'application/json' ? JSON.stringify(body) : queryText(body as Values);
}

function queryText(values: Values): string {
  if (values === undefined) return '';
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
}
