/** What a URL of a store on PostgreSQL may say, and how the store is named in messages: host and database, never credentials. */

export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

const DEFAULT_PORT = 5432;
const FORM = 'postgres://host:port/database';
const SCHEME = /^postgres(?:ql)?:\/\//i;
/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i;
/** Longer names are cut off by the server. */
const DATABASE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/;

/**
 * Understands `postgres://host:port/database`, also as `postgresql:`. The port may be left out: 5432.
 * @throws RangeError that says what is wrong, without what may be a password.
 */
export const parsePostgresUrl = (url: string): PostgresPlace => {
  if (!SCHEME.test(url)) throw new RangeError(`the URL of a store on PostgreSQL looks like ${FORM}`);
  const rest = url.replace(SCHEME, '');
  if (rest.includes('@'))
    throw new RangeError(`user and password do not belong into the URL of a store: write ${FORM}, and set them apart`);
  if (/[?#]/.test(rest)) throw new RangeError(`the URL of a store on PostgreSQL has no parameters: write ${FORM}`);
  const [, authority = '', database = ''] = /^([^/]*)(?:\/(.*))?$/.exec(rest) ?? [];
  if (authority.includes(',')) throw new RangeError(`the URL of a store on PostgreSQL names one host: write ${FORM}`);
  const [, host = '', digits] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (!HOST.test(host) || port < 1 || port > 65_535)
    throw new RangeError(`the URL of a store on PostgreSQL names no host and port: write ${FORM}`);
  if (!DATABASE.test(database))
    throw new RangeError(`the URL of a store on PostgreSQL names no database (letters, digits, _ and -, at most 63): write ${FORM}`);
  return { host, port, database };
};

/** The store's name in messages. */
export const locationOf = ({ host, port, database }: PostgresPlace): string => `postgres://${host}:${port}/${database}`;
