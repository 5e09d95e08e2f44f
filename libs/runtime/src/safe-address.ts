import { isIP } from 'node:net';

/** Whether nobody on the way can read or change what is sent to an address: it is encrypted, or does not leave this machine. */
export const isSafeAddress = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
