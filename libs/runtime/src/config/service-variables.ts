/**
 * Variables that Kubernetes sets in every container for each Service of the namespace (and Docker for links): of one that is called `rushes` or `rushes-x` they
 * begin with `RUSHES_` too. Invariant: name and value together decide, so neither a typo nor a setting is taken for one.
 *
 * Per Service: `{SVC}_SERVICE_HOST`, `_SERVICE_PORT`, `_SERVICE_PORT_{NAME}`, `_PORT`, and per port `_PORT_{N}_{TCP|UDP|SCTP}` with `_PROTO`, `_PORT`, `_ADDR`.
 */
import { isIP } from 'node:net';

/** The prefix of a Service's variables: its name in capitals, with `_` for `-`. */
const SERVICE = 'RUSHES(?:_[A-Z0-9]+)*?';

const HOST = new RegExp(`^${SERVICE}_SERVICE_HOST$`);
const PORT = new RegExp(`^${SERVICE}_SERVICE_PORT(?:_[A-Z0-9_]+)?$`);
const ADDRESS = new RegExp(`^${SERVICE}_PORT$`);
const OF_PORT = new RegExp(`^${SERVICE}_PORT_([0-9]+)_(TCP|UDP|SCTP)(?:_(PROTO|PORT|ADDR))?$`);

const MAX_PORT = 65_535;

const isPort = (text: string): boolean => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= MAX_PORT;

interface Address {
  readonly protocol: string;
  readonly port: string;
}

/** `tcp://10.96.0.12:80`, `udp://[fd00::1]:53`. */
const addressIn = (text: string): Address | undefined => {
  const [, protocol = '', inBrackets, plain = '', port = ''] = /^(tcp|udp|sctp):\/\/(?:\[([^\]]+)\]|([^:[\]]+)):([0-9]+)$/.exec(text) ?? [];
  const isHost = inBrackets === undefined ? isIP(plain) === 4 : isIP(inBrackets) === 6;
  return isHost && isPort(port) ? { protocol, port } : undefined;
};

/** Whether a variable is one that describes a Service, by its name and the form of its value. */
export const isServiceVariable = (name: string, value: string): boolean => {
  if (HOST.test(name)) return isIP(value) !== 0;
  if (PORT.test(name)) return isPort(value);
  const [isOfPort, port = '', protocol = '', part] = OF_PORT.exec(name) ?? [];
  if (isOfPort === undefined) return ADDRESS.test(name) && addressIn(value) !== undefined;
  if (part === 'PROTO') return value === protocol.toLowerCase();
  if (part === 'PORT') return value === port && isPort(port);
  if (part === 'ADDR') return isIP(value) !== 0;
  const address = addressIn(value);
  return address?.port === port && address.protocol === protocol.toLowerCase();
};
