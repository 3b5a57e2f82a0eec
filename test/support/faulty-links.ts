import { type Component, connectionString, type Instance } from '@dronedelivery/local/topology';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { startTestSystem, type TestSystem, type TestSystemOptions } from './test-system.ts';

/** Whom a process reaches by which of its settings. */
export interface Link {
  readonly from: Component;
  readonly setting: string;
  readonly to: Component;
}

export interface FaultySystem<Name extends string> extends AsyncDisposable {
  readonly running: TestSystem;
  readonly links: Readonly<Record<Name, FaultProxy>>;
}

/** A whole system in which the named links lead through proxies that can misbehave. */
export async function startFaultySystem<Name extends string>(
  links: Readonly<Record<Name, Link>>,
  { settings = {}, ...options }: TestSystemOptions = {},
): Promise<FaultySystem<Name>> {
  await using resources = new AsyncDisposableStack();
  const proxies = new Map<string, FaultProxy>();
  const redirected: Partial<Record<Component, Record<string, string>>> = { ...settings };
  for (const [name, link] of Object.entries<Link>(links)) {
    const proxy = resources.use(await startFaultProxy());
    proxies.set(name, proxy);
    redirected[link.from] = { ...redirected[link.from], [link.setting]: addressFor(link, proxy.port) };
  }
  const onPlanned = (instances: readonly Instance[], broker: string) => {
    for (const [name, { to }] of Object.entries<Link>(links)) proxies.get(name)?.aim(portOf(to, instances, broker));
  };
  const running = resources.use(await startTestSystem({ ...options, settings: redirected, onPlanned }));
  const owned = resources.move();
  return {
    running,
    links: Object.fromEntries(proxies) as Record<Name, FaultProxy>,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function addressFor({ setting, to }: Link, port: number): string {
  const url = `http://127.0.0.1:${port}`;
  if (to === 'broker') return connectionString(port);
  if (setting === 'JWKS_URL') return `${url}/.well-known/jwks.json`;
  return setting === 'TOKEN_URL' ? `${url}/v1/oauth/token` : url;
}

function portOf(component: Component, instances: readonly Instance[], broker: string): number {
  if (component === 'broker') return Number(/:(\d+);/.exec(broker)?.[1]);
  return instances.find((instance) => instance.component === component)?.port ?? 0;
}
