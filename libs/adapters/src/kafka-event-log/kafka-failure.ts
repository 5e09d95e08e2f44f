/**
 * What brokers, the client and TLS say, as the ports' errors. Invariant: what leaves the adapter names the place and, where a topic is concerned, the topic; it
 * says what somebody can do; credentials are in none of it.
 */
import { MultipleErrors, ProtocolError } from '@platformatic/kafka';
import { StoreFault, type StoreErrorDetails, StoreUnavailable } from '@rushes/ports';

import { UNANSWERED } from './broken-link.ts';
import { TAKES } from './broker-versions.ts';

type Trouble = Pick<StoreErrorDetails, 'reason' | 'hint'> & { readonly kind: typeof StoreUnavailable | typeof StoreFault };

const trouble = (kind: Trouble['kind'], reason: string, hint: string): Trouble => ({ kind, reason, hint });

const SEE_BROKERS = 'See whether the brokers run and the network leads to them, then try again.';
const OUT_OF_REACH = trouble(StoreUnavailable, 'is out of reach', SEE_BROKERS);
const UNKNOWN_HOST = trouble(
  StoreUnavailable,
  'is at a host whose name is not known',
  'See whether the names of the brokers are right, also those that the brokers advertise.',
);
const NOT_TRUSTED = trouble(
  StoreFault,
  'has a certificate that is not trusted',
  'Give the certificate of the authority that signed it, and the host name that it is for.',
);
const NO_TLS = trouble(
  StoreFault,
  'does not agree on TLS',
  'See whether the port is one for TLS, and whether TLS is switched on for this client.',
);
const UNENCRYPTED = trouble(
  StoreUnavailable,
  'ended the connection before it was encrypted',
  'See whether the port is one for TLS; if it is, see whether the brokers run, then try again.',
);
const CLIENT_CERTIFICATE = trouble(
  StoreFault,
  'does not accept the certificate of this client, or asks for one',
  'Give a certificate, with its key, of an authority that the brokers trust.',
);
const SILENT = trouble(
  StoreUnavailable,
  'ended the connection without an answer',
  'If the brokers run: see whether the port asks for authentication (SASL), for TLS or for a certificate, which this client was not given.',
);
const CREDENTIALS = trouble(
  StoreFault,
  'refuses the credentials',
  'See whether user, password or token are right, whether the token has expired, and whether the brokers know them.',
);
const MECHANISM = trouble(
  StoreFault,
  'does not offer this way of authentication',
  'Choose one of the mechanisms that the listener of the brokers offers.',
);
const FORBIDDEN = trouble(
  StoreFault,
  'does not let this client in',
  'Allow the user to read, write, describe and delete records of the topics, and to create them.',
);
const TOO_OLD = trouble(StoreFault, 'does not know a request of this client', TAKES);
const RETRY = trouble(
  StoreUnavailable,
  'cannot answer just now',
  'Try again; if it stays, see whether all brokers run and partitions have a leader.',
);
const REPLICAS = trouble(
  StoreUnavailable,
  'has too few replicas that are in step',
  'See whether all brokers run: fewer of them have the newest records than min.insync.replicas says.',
);
const DISK = trouble(StoreUnavailable, "cannot use a broker's disk", 'See whether the disk of the broker is sound and not full.');

const BY_CODE: ReadonlyMap<string, Trouble> = new Map(
  [
    { codes: ['ENOTFOUND', 'EAI_AGAIN'], is: UNKNOWN_HOST },
    {
      codes: ['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'],
      is: OUT_OF_REACH,
    },
    {
      codes: [
        'SELF_SIGNED_CERT_IN_CHAIN',
        'DEPTH_ZERO_SELF_SIGNED_CERT',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        'UNABLE_TO_GET_ISSUER_CERT',
        'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
        'CERT_HAS_EXPIRED',
        'CERT_NOT_YET_VALID',
        'CERT_UNTRUSTED',
        'ERR_TLS_CERT_ALTNAME_INVALID',
      ],
      is: NOT_TRUSTED,
    },
    { codes: [UNANSWERED], is: SILENT },
    { codes: ['PLT_KFK_AUTHENTICATION', 'SASL_AUTHENTICATION_FAILED'], is: CREDENTIALS },
    { codes: ['UNSUPPORTED_SASL_MECHANISM', 'ILLEGAL_SASL_STATE'], is: MECHANISM },
    { codes: ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'SECURITY_DISABLED'], is: FORBIDDEN },
    { codes: ['UNSUPPORTED_VERSION', 'PLT_KFK_UNSUPPORTED_API'], is: TOO_OLD },
    { codes: ['NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'], is: REPLICAS },
    { codes: ['KAFKA_STORAGE_ERROR'], is: DISK },
    { codes: ['PLT_KFK_TIMEOUT'], is: OUT_OF_REACH },
  ].flatMap(({ codes, is }) => codes.map((code) => [code, is] as const)),
);

/** The error and what is behind it, innermost first: the innermost says most. */
const within = (error: unknown): readonly Error[] => {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : []; // as: any may be in it
  return [...inner.flatMap(within), ...within(error.cause), error];
};

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '');

/** The topic that a broker's answer names at the place of an error. */
const topicAt = (response: unknown, path: string): string | undefined => {
  let at: unknown = response;
  for (const step of path.split('/').filter((one) => one !== '')) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined; // as: a member of an answer
    if (typeof at === 'object' && at !== null && 'name' in at && typeof at.name === 'string') return at.name;
  }
  return undefined;
};

const protocolTrouble = (error: ProtocolError): Trouble => {
  const id = String(error['apiId']);
  const known = BY_CODE.get(id);
  if (known !== undefined) return known;
  return error['canRetry'] === true ? RETRY : trouble(StoreFault, 'refuses a request', 'See what the log of the broker says of it.');
};

const troubleOf = (error: Error): Trouble | undefined => {
  if (error instanceof ProtocolError) return protocolTrouble(error);
  const code = codeOf(error);
  if (/before secure TLS connection was established/.test(error.message)) return UNENCRYPTED;
  if (/^ERR_SSL_.*ALERT.*(?:CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/.test(code)) return CLIENT_CERTIFICATE;
  const known = BY_CODE.get(code);
  if (known !== undefined) return known;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || /\bTLS\b/.test(error.message)) return NO_TLS;
  return code === 'PLT_KFK_NETWORK' ? OUT_OF_REACH : undefined;
};

const wordsOf = (error: Error): string => {
  if (error instanceof ProtocolError) return String(error['serverErrorMessage'] ?? error['apiId']);
  // Of OpenSSL, whose message has addresses and lines of its source.
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
};

/** The ports' error for what the client threw; anything else comes back as it is. */
export const kafkaFailure = (error: unknown, location: string, operation?: string): unknown => {
  if (error instanceof StoreUnavailable || error instanceof StoreFault) return error;
  for (const one of within(error)) {
    if (one instanceof StoreUnavailable || one instanceof StoreFault) return one;
    const found = troubleOf(one);
    if (found === undefined) continue;
    const response: unknown = error instanceof MultipleErrors ? error['response'] : undefined;
    const topic = one instanceof ProtocolError ? topicAt(response, String(one['path'])) : undefined;
    const reason = `${found.reason} (${topic === undefined ? '' : `${topic}: `}${wordsOf(one)})`;
    return new found.kind({ location, operation, reason, hint: found.hint, cause: error });
  }
  return error;
};

/** An append whose outcome is not known: some or all of it may be in the log. A retry with the same ids makes duplicates, which readers rule out. */
export class AppendOutcomeUnknown extends StoreUnavailable {
  override readonly name: string = 'AppendOutcomeUnknown';
}
