import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiClient } from '@dronedelivery/local/api-client';
import type { TestSystem } from './test-system.ts';

export interface ServiceAnswer {
  readonly status: number;
  readonly body: { readonly type?: string };
}

/** Calls one instance past the edge, as the saga does. */
export async function callAsSaga(
  { system, dataDir }: TestSystem,
  instance: string,
  method: string,
  route: string,
  body?: unknown,
): Promise<ServiceAnswer> {
  const { services } = JSON.parse(readFileSync(path.join(dataDir, 'credentials.json'), 'utf8'));
  const token = await new ApiClient(system.info.edgeUrl, services.workflow).token();
  const answer = await fetch(`${system.info.services[instance]?.url}${route}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse((await answer.text()) || '{}') };
}
