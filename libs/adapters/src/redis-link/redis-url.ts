/** `redis://host:port/database`, or `rediss:` over TLS: which server, and which of its databases. Pure. */

export interface RedisLocation {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
}

const FORM = 'redis://host:port/database, or rediss:// over TLS';
const DEFAULT_PORT = 6379;
/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:([\w.-]+)|\[([0-9A-Fa-f:.]+)\])(?::(\d{1,5}))?$/;

/** @throws RangeError, whose message repeats nothing of what may be a password. */
export const parseRedisUrl = (url: string): RedisLocation => {
  const [, scheme = '', authority, path = ''] = /^(rediss?):\/\/([^/?#]*)(?:\/([^?#]*))?$/i.exec(url) ?? [];
  if (authority === undefined) throw new RangeError(`the URL of a cache on Redis is ${FORM}, without a query`);
  if (authority.includes('@'))
    throw new RangeError(`the URL of a cache on Redis has no credentials in it (${FORM}): they are settings of their own`);
  if (authority.includes(','))
    throw new RangeError(
      'a cache on Redis has one address: of several servers, name the one that leads to the primary (a service name, a proxy)',
    );
  const [, name, bracketed, digits] = HOST.exec(authority) ?? [];
  const host = name ?? bracketed;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) throw new RangeError(`the URL of a cache on Redis names no host and port: ${FORM}`);
  if (!/^\d{0,4}$/.test(path)) throw new RangeError(`the database of a cache on Redis is a number: ${FORM}`);
  return { host, port, database: Number(path), tls: scheme.toLowerCase() === 'rediss' };
};

/** The same as text. */
export const redisLocation = ({ host, port, database, tls }: RedisLocation): string =>
  `${tls ? 'rediss' : 'redis'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
