import { BlockList, isIP } from 'node:net';

/** Ranges that the public internet does not route (IANA special-purpose address registries). */
const refusedRanges: readonly (readonly [address: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local, and with it the clouds' metadata services.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Azure's wire server answers here from within its networks.
  ['168.63.129.16', 32],
];

/** Only global unicast is called; what is carved out of it embeds or forwards to other addresses. */
const globalUnicast: readonly [address: string, prefix: number] = ['2000::', 3];
const refusedRanges6: readonly (readonly [address: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const refused4 = new BlockList();
for (const [address, prefix] of refusedRanges) refused4.addSubnet(address, prefix, 'ipv4');
const refused6 = new BlockList();
for (const [address, prefix] of refusedRanges6) refused6.addSubnet(address, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet(...globalUnicast, 'ipv6');

/** Whether a webhook may be sent to an IP address: not to our own networks, whatever name leads there. */
export function isPublicAddress(address: string): boolean {
  // A zone names an interface of this very machine.
  if (address.includes('%')) return false;
  switch (isIP(address)) {
    case 4:
      return !refused4.check(address, 'ipv4');
    case 6:
      return global6.check(address, 'ipv6') && !refused6.check(address, 'ipv6');
    default:
      return false;
  }
}
