/** What a URL of this store may say, and how the store is named in messages: hosts and keyspace, never credentials. */

export interface CassandraLocation {
  /** Each `host:port`. */
  readonly contactPoints: readonly string[];
  readonly keyspace: string;
}

const SCHEME = 'cassandra:';
const DEFAULT_PORT = 9042;
const FORM = 'cassandra://host:port,host:port/keyspace';
/** Cassandra allows 48 characters. Upper case is left out because unquoted names lose it elsewhere. */
const KEYSPACE = /^[a-z][a-z0-9_]{0,47}$/;
/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i;

/**
 * The keyspace as an identifier that may stand in a statement, where values cannot be bound.
 * @throws RangeError if it is anything but lower-case letters, digits and underscores after a letter, 48 at most.
 */
export const keyspaceName = (text: string): string => {
  if (!KEYSPACE.test(text))
    throw new RangeError(
      `the keyspace ${JSON.stringify(text)} cannot be used: lower-case letters, digits and underscores, a letter first, 48 characters at most`,
    );
  return text;
};

/** @throws RangeError for what is no `host` or `host:port`. Returns it with a port. */
export const contactPoint = (text: string): string => {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (!HOST.test(host) || number < 1 || number > 65_535)
    throw new RangeError(`${JSON.stringify(text)} is no contact point: write host:port`);
  return `${host}:${number}`;
};

/**
 * Understands `cassandra://host:port,host:port/keyspace`. The port may be left out: 9042.
 * @throws RangeError that says what is wrong, without what may be a password.
 */
export const parseCassandraUrl = (url: string): CassandraLocation => {
  if (!url.toLowerCase().startsWith(`${SCHEME}//`)) throw new RangeError(`the URL of a Cassandra store looks like ${FORM}`);
  const rest = url.slice(SCHEME.length + 2);
  const slash = rest.indexOf('/');
  const [hosts, keyspace] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  if (rest.includes('@'))
    throw new RangeError(`user and password do not belong into the URL of a store: write ${FORM}, and set them apart`);
  if (/[?#]/.test(rest)) throw new RangeError(`the URL of a Cassandra store has no parameters: write ${FORM}`);
  if (hosts === '') throw new RangeError(`the URL of a Cassandra store names no host: write ${FORM}`);
  if (keyspace === '') throw new RangeError(`the URL of a Cassandra store names no keyspace: write ${FORM}`);
  return { contactPoints: hosts.split(',').map(contactPoint), keyspace: keyspaceName(keyspace) };
};

/** The store's name in messages. */
export const locationOf = ({ contactPoints, keyspace }: CassandraLocation): string => `${SCHEME}//${contactPoints.join(',')}/${keyspace}`;
