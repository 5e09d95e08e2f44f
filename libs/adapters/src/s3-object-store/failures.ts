/** What the SDK, the server and the network say, as: try again, give up, or not our matter. Pure. */
import { StoreFault, type StoreErrorDetails, StoreUnavailable } from '@rushes/ports';

/** `retry`: the same request may succeed in a moment. */
export interface Trouble extends Pick<StoreErrorDetails, 'reason' | 'hint'> {
  readonly kind: 'retry' | 'fault';
  /** After so many attempts it counts as a fault. Default: only the deadline ends retries. */
  readonly mostTries?: number;
}

const fault = (reason: string, hint: string): Trouble => ({ kind: 'fault', reason, hint });

const CREDENTIALS =
  'Give credentials as the SDK looks for them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the role of the machine or pod.';
const REGION = "Set the region to the bucket's own; for a server that is not AWS, the region that it was started with.";
const DENIED: Trouble = fault(
  'may not be used by this process: access is denied',
  'Allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects; readers need the first two.',
);
const OTHER_REGION: Trouble = fault('is in another region, or behind another endpoint', REGION);
const KEY: Trouble = fault('does not know the access key', `Check AWS_ACCESS_KEY_ID. ${CREDENTIALS}`);
const SIGNATURE: Trouble = fault(
  'refuses the signature',
  'Check the secret key (AWS_SECRET_ACCESS_KEY) and that no proxy changes requests.',
);
const EXPIRED: Trouble = fault('refuses the credentials: they have expired', 'Renew them (aws sso login, a new token), then start again.');
const CLOCK: Trouble = fault(
  'refuses requests: the clocks of this machine and of the server differ too much',
  'Set the clock of this machine.',
);
const UNSUPPORTED: Trouble = fault(
  'cannot do what is asked of it',
  'Use a server that has conditional puts (If-None-Match), such as AWS S3 or versitygw.',
);
const TLS: Trouble = fault(
  'cannot be reached by TLS: its certificate is not accepted',
  'Check the endpoint; give the authority of a certificate of your own by NODE_EXTRA_CA_CERTS.',
);
const NOT_S3: Trouble = fault(
  'gives answers that are not those of S3',
  'Check the endpoint and its port, and whether it begins with http or https.',
);

const OVERLOADED: Trouble = { kind: 'retry', reason: 'is overloaded', hint: 'Try again later; see what else uses the bucket.' };
const FAILING: Trouble = {
  kind: 'retry',
  reason: 'is failing',
  hint: 'Try again later; see the log of the server, or the status of the service.',
};
const NETWORK: Trouble = { kind: 'retry', reason: 'is out of reach', hint: 'See whether it runs and the network leads to it.' };
const SILENT: Trouble = { kind: 'retry', reason: 'does not answer', hint: 'See whether it runs and the network leads to it.' };
/** An answer ended before its end. */
export const CUT: Trouble = { ...NETWORK, reason: 'broke off an answer' };
export const CHANGED: Trouble = {
  kind: 'retry',
  reason: 'gave bytes that do not fit their checksum',
  hint: 'See whether the network is sound; if it stays, the object is damaged.',
};

const WRONG_BYTES: Trouble = { kind: 'retry', reason: 'did not get a request whole', hint: 'See whether the network is sound.' };
const CONTENDED: Trouble = { kind: 'retry', reason: 'is busy with other requests for the same object', hint: 'Try again.' };

/**
 * Servers on a file system (versitygw): a key is a folder there. It may be one that is just being removed, with the last object in it; if it stays, two
 * keys do not go together.
 */
const CLASH: Trouble = {
  kind: 'retry',
  mostTries: 8,
  reason: 'has another object whose key is the beginning of this one, or begins with it',
  hint: 'Remove the object that is in the way: no key may be another one plus a slash and more.',
};

const named = (trouble: Trouble, ...names: readonly string[]): Readonly<Record<string, Trouble>> =>
  Object.fromEntries(names.map((name) => [name, trouble]));

const BY_NAME: Readonly<Record<string, Trouble>> = {
  NoSuchBucket: fault('does not exist: there is no such bucket', 'Create the bucket, or give the name of the right one.'),
  InvalidBucketName: fault('does not exist: the name of the bucket is refused', 'Give the name of the right bucket.'),
  AccessDenied: DENIED,
  Forbidden: DENIED,
  AllAccessDisabled: DENIED,
  AccountProblem: DENIED,
  InvalidAccessKeyId: KEY,
  XAdminUserNotFound: KEY, // versitygw
  SignatureDoesNotMatch: SIGNATURE,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  TokenRefreshRequired: EXPIRED,
  InvalidToken: fault('refuses the session token', 'Renew AWS_SESSION_TOKEN, or unset it where the keys are permanent.'),
  CredentialsProviderError: fault('cannot be used: no credentials were found', CREDENTIALS),
  PermanentRedirect: OTHER_REGION,
  AuthorizationHeaderMalformed: OTHER_REGION,
  IllegalLocationConstraintException: OTHER_REGION,
  InvalidRegionName: OTHER_REGION,
  RequestTimeTooSkewed: CLOCK,
  NotImplemented: UNSUPPORTED,
  // Also of single keys that were to be deleted, which have no status.
  ...named(FAILING, 'InternalError', 'InternalFailure'),
  ...named(OVERLOADED, 'SlowDown', 'ServiceUnavailable', 'Throttling', 'ThrottlingException', 'TooManyRequests', 'RequestLimitExceeded'),
  // The connection broke, or bytes were changed on the way to the server.
  ...named(
    WRONG_BYTES,
    'RequestTimeout',
    'IncompleteBody',
    'BadDigest',
    'XAmzContentChecksumMismatch',
    'XAmzContentSHA256Mismatch',
    'InvalidDigest',
  ),
  ...named(CLASH, 'ExistingObjectIsDirectory', 'ObjectParentIsFile'),
  ...named(CONTENDED, 'ConditionalRequestConflict', 'OperationAborted'),
};

const ofStatus = (status: number): Trouble | undefined => {
  if (status === 429 || status === 503) return OVERLOADED;
  if (status === 501) return UNSUPPORTED;
  if (status >= 500) return FAILING;
  if (status === 408) return SILENT;
  if (status >= 300 && status < 400) return OTHER_REGION;
  return { 401: DENIED, 403: DENIED, 407: DENIED }[status];
};

const NETWORK_CODES: ReadonlySet<string> = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE EHOSTUNREACH ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN ERR_STREAM_PREMATURE_CLOSE'.split(' '),
);

const ofCode = (code: string): Trouble | undefined => {
  if (code === 'ETIMEDOUT') return SILENT;
  if (NETWORK_CODES.has(code)) return NETWORK;
  if (code.startsWith('HPE_') || code === 'EPROTO' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return NOT_S3;
  if (/CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL/.test(code)) return TLS;
  return undefined;
};

/** Status of the answer, where there was one. */
export const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  return typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata && typeof metadata.httpStatusCode === 'number'
    ? metadata.httpStatusCode
    : undefined;
};

/** The code of an answer, such as `NoSuchKey`; that of an answer without a body is its status in words. */
export const hasName = (error: unknown, ...names: readonly string[]): boolean => error instanceof Error && names.includes(error.name);

const wasSkewCorrected = (error: Error): boolean =>
  '$metadata' in error &&
  typeof error.$metadata === 'object' &&
  error.$metadata !== null &&
  'clockSkewCorrected' in error.$metadata &&
  error.$metadata.clockSkewCorrected === true;

/** `undefined`: an error of this program, or an answer that the caller of the request has to know itself. */
export const troubleOf = (error: unknown): Trouble | undefined => {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.name === 'RequestTimeTooSkewed' && wasSkewCorrected(error)) return { ...CLOCK, kind: 'retry' };
  const known = Object.hasOwn(BY_NAME, error.name) ? BY_NAME[error.name] : undefined;
  if (known !== undefined) return known;
  if (error.name === 'TimeoutError') return SILENT;
  // The SDK has no class for these two.
  if (error.message.startsWith('Checksum mismatch')) return CHANGED;
  if (error.message.startsWith('Region is missing')) return fault('cannot be used: its region is not known', REGION);
  const status = statusOf(error);
  if (status !== undefined) return ofStatus(status) ?? (status < 300 ? NOT_S3 : undefined);
  return ofCode(code);
};

/**
 * What an answer said, to be logged: the SDK's own error may hold the request that was signed, and with it a session token.
 */
const withoutRequest = (error: unknown): unknown => {
  const status = statusOf(error);
  if (!(error instanceof Error) || status === undefined) return error;
  return Object.assign(new Error(error.message), { name: error.name, status });
};

/** The port's error. `note`: what else is known, as the end of the sentence. */
export const asStoreError = (trouble: Trouble, location: string, cause: unknown, note = ''): StoreFault | StoreUnavailable => {
  const said = cause instanceof Error ? ` (${[cause.name === 'Error' ? '' : cause.name, cause.message].filter(Boolean).join(': ')})` : '';
  const details = { location, reason: `${trouble.reason}${note}${said}`, hint: trouble.hint, cause: withoutRequest(cause) };
  return trouble.kind === 'fault' ? new StoreFault(details) : new StoreUnavailable(details);
};

/** An answer that no step knew: the server refuses the request for a reason of its own. Anything else is `undefined`. */
export const refusal = (error: unknown): Trouble | undefined => {
  const status = statusOf(error);
  return status === undefined
    ? undefined
    : fault(`refuses a request with status ${status}`, 'See what this error of S3 means, and the log of the server.');
};
