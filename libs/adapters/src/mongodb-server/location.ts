/** What a URL of a store on MongoDB may say, and how the store is named in messages: hosts and database, never credentials. */

export interface MongodbLocation {
  /** Each `host:port`; with `srv`, one name without a port, whose DNS records list the hosts. */
  readonly hosts: readonly string[];
  readonly srv: boolean;
  readonly database: string;
}

const FORM = 'mongodb://host:port,host:port/database';
const DEFAULT_PORT = 27_017;
const SCHEME = /^mongodb(\+srv)?:\/\//i;
/** Narrower than MongoDB's own rule, so that the name needs no quoting anywhere. */
const DATABASE = /^[a-z][a-z0-9_-]{0,37}$/;
/** Databases of the server itself. */
const RESERVED: ReadonlySet<string> = new Set(['admin', 'local', 'config']);
/** A name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/i;
const SRV_HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+){2,}$/i;

const hostAndPort = (text: string): string => {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (!HOST.test(host) || number < 1 || number > 65_535) throw new RangeError(`${JSON.stringify(text)} is no host: write host:port`);
  return `${host}:${number}`;
};

/**
 * Understands `mongodb://host:port,host:port/database`, where the port may be left out (27017), and `mongodb+srv://name/database`.
 * @throws RangeError that says what is wrong, without what may be a password.
 */
export const parseMongodbUrl = (url: string): MongodbLocation => {
  const [scheme = '', suffix] = SCHEME.exec(url) ?? [];
  if (scheme === '') throw new RangeError(`the URL of a store on MongoDB looks like ${FORM}`);
  const rest = url.slice(scheme.length);
  if (rest.includes('@'))
    throw new RangeError(`user and password do not belong into the URL of a store: write ${FORM}, and set them apart`);
  if (/[?#]/.test(rest)) throw new RangeError(`the URL of a store on MongoDB has no parameters, which are settings: write ${FORM}`);
  const slash = rest.indexOf('/');
  const [hosts, database] = slash < 0 ? [rest, ''] : [rest.slice(0, slash), rest.slice(slash + 1)];
  if (hosts === '') throw new RangeError(`the URL of a store on MongoDB names no host: write ${FORM}`);
  if (database === '') throw new RangeError(`the URL of a store on MongoDB names no database: write ${FORM}`);
  if (!DATABASE.test(database) || RESERVED.has(database))
    throw new RangeError(
      `the database ${JSON.stringify(database)} cannot be used: lower-case letters, digits, _ and -, a letter first, 38 characters at most, and not ${[...RESERVED].join(', ')}`,
    );
  if (suffix === undefined) return { hosts: hosts.split(',').map(hostAndPort), srv: false, database };
  if (!SRV_HOST.test(hosts))
    throw new RangeError('mongodb+srv:// is followed by one name of at least three parts, without a port: its DNS records list the hosts');
  return { hosts: [hosts], srv: true, database };
};

/** The store's name in messages. */
export const locationOf = ({ hosts, srv, database }: MongodbLocation): string =>
  `mongodb${srv ? '+srv' : ''}://${hosts.join(',')}/${database}`;
