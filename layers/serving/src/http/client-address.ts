/** Whose requests are counted together where nobody has a key. Pure. */
import { isIPv4, isIPv6 } from 'node:net';

/** With a port, as some proxies write it: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/;

/** The eight groups of an address that `isIPv6` accepts. */
const groupsOf = (address: string): readonly number[] => {
  // The last two groups may be written as an IPv4 address.
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left = [], right] = plain.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const gap = right === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...gap, ...(right ?? [])].map((group) => Number.parseInt(group, 16));
};

/** `::ffff:a.b.c.d`: an IPv4 client on a socket that takes both. */
const isMapped = (groups: readonly number[]): boolean => groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/**
 * An IPv4 address stands for itself. Of an IPv6 address only the first 64 bits count: whoever has one has all addresses of its network, and could
 * send each request from another one. What is no address stands for itself.
 */
export const clientOfAddress = (ip: string): string => {
  const [, inBrackets, beforePort] = WITH_PORT.exec(ip) ?? [];
  const address = (inBrackets ?? beforePort ?? ip).split('%', 1)[0] ?? ip;
  if (isIPv4(address) || !isIPv6(address)) return address;
  const groups = groupsOf(address);
  if (isMapped(groups))
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};
