import { type BlockList, isIP } from 'node:net';

/**
 * The address that limits are kept by. `X-Forwarded-For` counts only from a trusted proxy, and of its entries the last
 * that is no trusted proxy itself: whatever stands before it, the client may have written.
 */
export function clientAddress(remoteAddress: string, forwardedFor: string | undefined, trusted: BlockList): string {
  const entries = (forwardedFor ?? '').split(',').map((entry) => entry.trim());
  const hops = [...entries.filter((entry) => isIP(entry) !== 0), remoteAddress];
  return hops.findLast((hop) => !isTrusted(hop, trusted)) ?? hops[0] ?? remoteAddress;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 6 ? 'ipv6' : 'ipv4');
}
