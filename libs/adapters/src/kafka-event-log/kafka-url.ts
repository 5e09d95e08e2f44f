/** `kafka://host:port,host:port/prefix`: which brokers are asked first, and what the topics' names begin with. */

export interface KafkaLocation {
  /** `host:port`, at least one. */
  readonly brokers: readonly string[];
  /** May be empty. */
  readonly topicPrefix: string;
}

const FORM = 'kafka://host:port,host:port/prefix';
/** What Kafka allows in a topic's name, where the longest of ours has to find room behind the prefix. */
const PREFIX = /^[\w.-]{0,200}$/;

export const checkPrefix = (prefix: string): string => {
  if (!PREFIX.test(prefix)) throw new RangeError('a prefix of topics has at most 200 letters, digits, dots, hyphens and underscores');
  return prefix;
};

/** `host:port` in its parts; IPv6 addresses stand in brackets. @throws RangeError. */
export const parseBroker = (text: string): { readonly host: string; readonly port: number } => {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) throw new RangeError(`a broker is host:port, not ${JSON.stringify(text)}`);
  return { host, port };
};

/** Pure. @throws RangeError, whose message repeats nothing of what may be a password. */
export const parseKafkaUrl = (url: string): KafkaLocation => {
  const [, authority, path = ''] = /^kafka:\/\/([^/?#]*)(?:\/([^?#]*))?$/.exec(url) ?? [];
  if (authority === undefined) throw new RangeError(`the URL of an event log on Kafka is ${FORM}, without a query`);
  if (authority.includes('@'))
    throw new RangeError(`the URL of an event log on Kafka has no credentials in it (${FORM}): they are options of their own`);
  const brokers = authority.split(',');
  for (const broker of brokers) parseBroker(broker);
  return { brokers, topicPrefix: checkPrefix(path) };
};

/** The same as text. */
export const kafkaLocation = ({ brokers, topicPrefix }: KafkaLocation): string =>
  `kafka://${brokers.join(',')}${topicPrefix === '' ? '' : `/${topicPrefix}`}`;
