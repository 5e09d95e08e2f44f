/**
 * What the driver and the servers say, as the ports' errors. Pure. What decides is whether a write may have happened: only of what certainly was not begun
 * is it said that it did not.
 */
import { StoreFault, type StoreErrorDetails, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';
import { errors, types } from 'cassandra-driver';

/** What the failed request was. A conditional one may fail between agreeing and answering. */
export type RequestKind = 'read' | 'write' | 'conditional';

type Words = Pick<StoreErrorDetails, 'reason' | 'hint'>;

/** `notDone`: certainly nothing happened, and it may pass. `unknown`: it may have happened. `fault`: somebody has to act. */
interface Verdict extends Words {
  readonly outcome: 'notDone' | 'unknown' | 'fault';
  /** What says it, where the driver's error holds several. */
  readonly cause?: Error;
}

const NETWORK = 'See whether Cassandra runs and the network leads to it.';
const ENCRYPTION = 'See whether Cassandra runs, whether the network leads to it, and whether its port and this client both use TLS.';
const SCHEMA = 'Let a process that may write open the store once: it makes what is missing.';
const SLOW = 'See what the servers are busy with; what was under way goes on by itself.';

/** https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec, section 9 */
const CODES = types.responseErrorCodes;
const UNAUTHORIZED: number = CODES.unauthorized;

const invalid = (message: string): Words => {
  if (
    /^keyspace .* does not exist/i.test(message) ||
    /unconfigured table|unknown (?:column|table|keyspace)|undefined column/i.test(message)
  )
    return { reason: `lacks its keyspace or a table (${message})`, hint: SCHEMA };
  if (/too big|too large|oversized mutation|maximum allowed|longer than maximum/i.test(message))
    return {
      reason: `takes nothing as large as this (${message})`,
      hint: 'Raise max_mutation_size and the size of commit log segments on every server.',
    };
  return {
    reason: `refuses a request (${message})`,
    hint: 'See whether the servers and this program go together: `release_version` of every host.',
  };
};

const busy = (message: string): Verdict => ({ outcome: 'notDone', reason: `takes no requests just now (${message})`, hint: SLOW });
const refused = (message: string): Verdict => ({ outcome: 'fault', ...invalid(message) });

const BY_CODE: ReadonlyMap<number, (message: string) => Verdict> = new Map([
  [
    CODES.unavailableException,
    // A write may have been sent to another host before, and a conditional one takes several steps.
    (message) => ({
      outcome: 'unknown',
      reason: `has too few replicas up (${message})`,
      hint: 'Start the hosts of the local data center that are down.',
    }),
  ],
  [CODES.overloaded, busy],
  [CODES.isBootstrapping, busy],
  [
    CODES.badCredentials,
    (message) => ({ outcome: 'fault', reason: `does not accept this user and password (${message})`, hint: 'Give the right credentials.' }),
  ],
  [
    CODES.unauthorized,
    (message) => ({
      outcome: 'fault',
      reason: `does not let this user do that (${message})`,
      hint: 'Grant the user SELECT and MODIFY on the keyspace; CREATE and ALTER to whoever makes it.',
    }),
  ],
  [
    CODES.protocolError,
    (message) => ({
      outcome: 'fault',
      reason: `speaks another version of the protocol (${message})`,
      hint: 'Cassandra 4.1 or later is needed.',
    }),
  ],
  ...[CODES.invalid, CODES.syntaxError, CODES.configError, CODES.alreadyExists, CODES.unprepared].map((code) => [code, refused] as const),
]);

/** Timeouts and failures of replicas, a server's own error, and whatever later versions add. */
const unfinished = (message: string): Verdict => ({
  outcome: 'unknown',
  reason: `did not finish in time or failed (${message})`,
  hint: SLOW,
});

const worst = (verdicts: readonly Verdict[]): Verdict | undefined =>
  verdicts.find(({ outcome }) => outcome === 'fault') ?? verdicts.find(({ outcome }) => outcome === 'unknown') ?? verdicts[0];

/** What the driver says before it sends anything, without a class of its own. */
const UNSENT = /^(?:No connection available|Connection closed)$|could not be resolved$/;

/** The driver's own message has the stacks of what it holds. */
const withCause = (verdict: Verdict | undefined, cause: Error): readonly Verdict[] =>
  verdict === undefined ? [] : [{ ...verdict, cause }];

const verdictOf = (error: Error): Verdict | undefined => {
  if (error instanceof errors.NoHostAvailableError) {
    // as: the driver's type says `any`
    const inner = Object.entries((error.innerErrors ?? {}) as Readonly<Record<string, unknown>>).filter(
      (entry): entry is [string, Error] => entry[1] instanceof Error,
    );
    const told = worst(inner.flatMap(([, one]) => withCause(verdictOf(one), one)));
    const reasons = inner.map(([host, { message }]) => `${host}: ${message}`).join('; ');
    if (told?.outcome === 'fault') return told;
    const reason = inner.length === 0 ? 'is out of reach: no host is connected' : `is out of reach (${reasons})`;
    return { outcome: told?.outcome ?? 'notDone', reason, hint: told?.hint ?? NETWORK };
  }
  if (error instanceof errors.AuthenticationError)
    // The driver's words, where it was given no credentials.
    return /requires authentication/.test(error.message)
      ? { outcome: 'fault', reason: `asks for a user and a password (${error.message})`, hint: 'Give the credentials of a user.' }
      : { outcome: 'fault', reason: `does not accept this user and password (${error.message})`, hint: 'Give the right credentials.' };
  if (error instanceof errors.ArgumentError && /data ?center/i.test(error.message))
    return {
      outcome: 'fault',
      reason: `has no such data center (${error.message})`,
      hint: 'Give the name that `nodetool status` shows, or none.',
    };
  if (error instanceof errors.ResponseError) return (BY_CODE.get(error.code) ?? unfinished)(error.message);
  if (error instanceof errors.OperationTimedOutError)
    return { outcome: 'unknown', reason: `did not answer in time (${error.message})`, hint: SLOW };
  if (error instanceof errors.BusyConnectionError)
    return { outcome: 'notDone', reason: `is asked too much at once (${error.message})`, hint: 'Try again.' };
  if (UNSENT.test(error.message)) return { outcome: 'notDone', reason: `is out of reach (${error.message})`, hint: NETWORK };
  if ('requestNotWritten' in error && error.requestNotWritten === true)
    return { outcome: 'notDone', reason: `is out of reach (${error.message})`, hint: NETWORK };
  if ('isSocketError' in error && error.isSocketError === true)
    return { outcome: 'unknown', reason: `broke the connection (${error.message})`, hint: NETWORK };
  if (
    'code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z]+$|^(?:ERR_(?:TLS|SSL)|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/.test(error.code)
  )
    return systemVerdict(error, error.code);
  return error instanceof errors.DriverError
    ? { outcome: 'unknown', reason: `broke the connection (${error.message})`, hint: NETWORK }
    : undefined;
};

/** OpenSSL's messages have addresses and lines of its source; its reason is apart. */
const wordsOf = (error: Error): string => ('reason' in error && typeof error.reason === 'string' ? error.reason : error.message);

const systemVerdict = (error: Error, code: string): Verdict => {
  if (code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return {
      outcome: 'fault',
      reason: `does not agree on TLS (${wordsOf(error)})`,
      hint: 'See whether the port is one for TLS, and whether TLS is switched on for this client.',
    };
  if (code === 'ECONNRESET') return { outcome: 'notDone', reason: `is out of reach (${error.message})`, hint: ENCRYPTION };
  if (/^E(?!RR_)/.test(code)) return { outcome: 'notDone', reason: `is out of reach (${error.message})`, hint: NETWORK };
  if (/^ERR_SSL_.*ALERT.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(code))
    return {
      outcome: 'fault',
      reason: `does not accept the certificate of this client, or asks for one (${wordsOf(error)})`,
      hint: 'Give a certificate, with its key, of an authority that the servers trust.',
    };
  return {
    outcome: 'fault',
    reason: `cannot be trusted: TLS failed (${wordsOf(error)})`,
    hint: 'Give the certificate of the authority that signed the servers’ certificates. Those have to be for the IP addresses of the servers, by which the driver connects.',
  };
};

/** Whether a server says that the user may not do this. */
export const isUnauthorized = (error: unknown): boolean => error instanceof errors.ResponseError && error.code === UNAUTHORIZED;

/** The error as the ports have it. What is neither the driver's nor a server's word comes back as it is. */
export const cassandraFailure = (error: unknown, location: string, kind: RequestKind): unknown => {
  if (!(error instanceof Error) || error instanceof StoreUnavailable || error instanceof StoreFault) return error;
  const verdict = verdictOf(error);
  if (verdict === undefined) return error;
  const { outcome, reason, hint, cause = error } = verdict;
  if (outcome === 'fault') return new StoreFault({ location, reason, hint, cause });
  if (outcome === 'unknown' && kind !== 'read')
    return new WriteInDoubtError({ location, reason: `${reason}: whether it wrote is not known`, hint, cause: error });
  return new StoreUnavailable({ location, reason, hint, cause: error });
};
