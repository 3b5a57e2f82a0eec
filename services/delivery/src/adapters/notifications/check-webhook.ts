import { isIP } from 'node:net';
import type { CheckWebhook } from '../../app/ports.ts';
import { isPublicAddress } from './address-rules.ts';
import type { Resolve } from './resolve.ts';

/** Names that never lead to the internet, whatever a resolver says. */
const privateSuffixes = ['localhost', 'local', 'internal', 'localdomain', 'home.arpa'] as const;
const resolveMsMax = 2000;
/** Below it only the web's own ports: behind the others may be somebody who takes a request for commands of his own. */
const openPortsMin = 1024;
const webPorts: readonly number[] = [80, 443];

/**
 * Tells a customer at once what would fail later. It protects nothing by itself: the sender checks again where it connects. A
 * name that does not resolve now is let through, since it may tomorrow.
 */
export function createWebhookCheck(
  { allowPrivate }: { readonly allowPrivate: boolean },
  resolve: Resolve,
): CheckWebhook {
  return async (text, signal) => {
    const url = URL.parse(text);
    if (url === null) return 'it is not a URL';
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'it is neither http nor https';
    if (url.username !== '' || url.password !== '') return 'it holds credentials';
    if (allowPrivate) return undefined;
    if (!isWebPort(url.port)) return 'its port is not one of the web';
    const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const isPrivateName = privateSuffixes.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
    const addresses = isIP(host) === 0 ? await resolved(host, resolve, signal) : [host];
    const leadsInside = isPrivateName || addresses.some((address) => !isPublicAddress(address));
    return leadsInside ? 'it does not lead to the public internet' : undefined;
  };
}

/** @param port empty for the protocol's own. */
function isWebPort(port: string): boolean {
  return port === '' || Number(port) >= openPortsMin || webPorts.includes(Number(port));
}

async function resolved(host: string, resolve: Resolve, signal: AbortSignal): Promise<readonly string[]> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(resolveMsMax)]);
  const gaveUp = new Promise<string[]>((give) => limited.addEventListener('abort', () => give([])));
  return Promise.race([resolve(host).catch(() => []), gaveUp]);
}
