/**
 * Tells addresses of the public internet from all others.
 *
 * Promises: an address in any range of the IANA special-purpose registries below is not public,
 * whatever the registry says about its reachability; neither is an IPv6 address outside the one
 * block that is given out for global unicast, nor a text that is not an address.
 *
 * @module
 */
import ipaddr from 'ipaddr.js';

/** The ranges that no request may reach, each with the name that its registry gives it. */
export const SPECIAL_RANGES: readonly (readonly [cidr: string, name: string])[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'private use'],
  ['100.64.0.0/10', 'shared address space'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link local'],
  ['172.16.0.0/12', 'private use'],
  ['192.0.0.0/24', 'IETF protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.88.99.0/24', '6to4 relay anycast'],
  ['192.168.0.0/16', 'private use'],
  ['198.18.0.0/15', 'benchmarking'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved'],
  ['::/128', 'unspecified'],
  ['::1/128', 'loopback'],
  ['::ffff:0:0/96', 'IPv4-mapped'],
  ['64:ff9b::/96', 'IPv4-IPv6 translation'],
  ['64:ff9b:1::/48', 'IPv4-IPv6 translation'],
  ['100::/64', 'discard only'],
  ['2001::/23', 'IETF protocol assignments'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4'],
  ['3fff::/20', 'documentation'],
  ['fc00::/7', 'unique local'],
  ['fe80::/10', 'link local'],
  ['ff00::/8', 'multicast'],
];

const ranges = SPECIAL_RANGES.map(([cidr, name]) => ({ name, range: ipaddr.parseCIDR(cidr) }));
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** Why an address is not public, in a word or two for people; undefined if it is. */
export function notPublic(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'not an address';
  const parsed = ipaddr.parse(address);
  for (const { name, range } of ranges) {
    if (parsed.kind() === range[0].kind() && parsed.match(range)) return name;
  }
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(globalUnicast)) return 'not global unicast';
  return undefined;
}
