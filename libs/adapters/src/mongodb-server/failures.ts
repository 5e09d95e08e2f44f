/**
 * What the driver and the servers say, as the ports' errors. Pure. Of a write whose answer was lost it is not said that it did not happen. Codes:
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';

import { StoreFault, type StoreErrorDetails, StoreUnavailable, WriteInDoubtError } from '@rushes/ports';

import { DeadlineError } from './deadline.ts';

export type RequestKind = 'read' | 'write';

type Words = Required<Pick<StoreErrorDetails, 'reason'>> & { readonly hint: string };

/** `notDone`: certainly nothing happened, and it may pass. `unknown`: a write may have happened. `fault`: somebody has to act. */
interface Verdict extends Words {
  readonly outcome: 'notDone' | 'unknown' | 'fault';
}

const NETWORK = 'See whether MongoDB runs and the network leads to it.';
const ENCRYPTION = 'See whether MongoDB runs, whether the network leads to it, and whether its port and this client both use TLS.';
const RIGHTS = 'Grant the user the role readWrite on the database; read is enough for a process that only reads.';

const DUPLICATE_KEY = 11_000;
const NAMESPACE_NOT_FOUND = 26;
const COMMAND_NOT_FOUND = 59;
const UNAUTHORIZED = 13;

const verdicts = (outcome: Verdict['outcome'], words: Words, ...codes: readonly number[]): readonly (readonly [number, Verdict])[] =>
  codes.map((code) => [code, { outcome, ...words }]);

const BY_CODE: ReadonlyMap<number, Verdict> = new Map([
  ...verdicts('fault', { reason: 'does not let this user do that', hint: RIGHTS }, UNAUTHORIZED),
  ...verdicts(
    'fault',
    {
      reason: 'does not accept this user and password',
      hint: 'Give the right credentials, and the database that keeps them (mongodb.authSource).',
    },
    18,
    8_000,
  ),
  // Another server becomes primary, or this one stops: who was not asked as primary has done nothing, who was stopped in the middle may have.
  ...verdicts(
    'notDone',
    { reason: 'has no primary just now', hint: 'See how the replica set does (rs.status()); elections pass by themselves.' },
    10_107,
    13_435,
    10_058,
    133,
  ),
  ...verdicts(
    'unknown',
    { reason: 'changes its primary or stops', hint: 'See how the replica set does (rs.status()); elections pass by themselves.' },
    189,
    91,
    11_600,
    11_602,
    13_436,
    6,
    7,
    89,
    9_001,
  ),
  ...verdicts('unknown', { reason: 'took too long', hint: 'See what the server is busy with.' }, 50, 262),
  ...verdicts(
    'unknown',
    { reason: 'has a write that no majority has confirmed', hint: 'Start the members of the replica set that are down.' },
    64,
  ),
  ...verdicts('fault', { reason: 'has too few members for a majority', hint: 'Add members to the replica set.' }, 100),
  ...verdicts('notDone', { reason: 'has no space left', hint: 'Free some space, then try again.' }, 14_031),
  ...verdicts('notDone', { reason: 'is overloaded', hint: 'See what the server is busy with.' }, 146, 202, 462),
]);

const isTlsCode = (code: unknown): boolean => typeof code === 'string' && /CERT|SELF_SIGNED|VERIFY|ERR_TLS|ERR_SSL|EPROTO/.test(code);

/** What an error was caused by, it first. */
const chainOf = (error: unknown): readonly Error[] => {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
};

/** Why no server could be selected: the driver keeps it with each server that it knows. */
const selectionCauses = (error: MongoServerSelectionError): readonly Error[] =>
  [...(error.reason?.servers.values() ?? [])].flatMap((server) => chainOf(server.error));

const verdictOf = (error: unknown): Verdict | undefined => {
  if (error instanceof DeadlineError)
    return {
      outcome: 'unknown',
      reason: 'does not answer in time',
      hint: 'See what the server is busy with, and whether the network leads to it.',
    };
  if (!(error instanceof MongoError)) return undefined;
  const causes = error instanceof MongoServerSelectionError ? [error, ...selectionCauses(error)] : chainOf(error);
  if (causes.some((cause) => 'code' in cause && isTlsCode(cause.code)))
    return {
      outcome: 'fault',
      reason: 'cannot be reached by TLS',
      hint: 'Check the certificates on both sides, and whether the server uses TLS at all.',
    };
  for (const cause of causes) {
    const known = cause instanceof MongoServerError && typeof cause.code === 'number' ? BY_CODE.get(cause.code) : undefined;
    if (known !== undefined) return known;
  }
  if (error instanceof MongoServerSelectionError) return { outcome: 'notDone', reason: 'is out of reach', hint: ENCRYPTION };
  if (error instanceof MongoWriteConcernError)
    return {
      outcome: 'unknown',
      reason: 'has a write that no majority has confirmed',
      hint: 'See how the replica set does (rs.status()).',
    };
  if (error instanceof MongoNetworkError || /Pool|Topology|Network/.test(error.name))
    return { outcome: 'unknown', reason: 'is out of reach', hint: NETWORK };
  // A batch that the connection broke under is told without what broke it.
  if (error instanceof MongoBulkWriteError && error.code === undefined)
    return { outcome: 'unknown', reason: 'is out of reach', hint: NETWORK };
  if (error instanceof MongoServerError)
    return {
      outcome: 'fault',
      reason: 'refuses a request',
      hint: 'See the log of the server, and whether its version goes with this program.',
    };
  return undefined;
};

/** The error as the ports have it; what is not the driver's word comes back as it is. */
export const mongodbFailure = (error: unknown, location: string, kind: RequestKind): unknown => {
  const verdict = verdictOf(error);
  if (verdict === undefined || !(error instanceof Error)) return error;
  const said =
    verdict.outcome === 'fault' || !(error instanceof MongoServerSelectionError)
      ? error.message
      : (selectionCauses(error)[0]?.message ?? error.message);
  const details = { location, reason: `${verdict.reason} (${said})`, hint: verdict.hint, cause: error };
  if (verdict.outcome === 'fault') return new StoreFault(details);
  return verdict.outcome === 'unknown' && kind === 'write' ? new WriteInDoubtError(details) : new StoreUnavailable(details);
};

const codeOf = (error: unknown): number | undefined =>
  error instanceof MongoServerError && typeof error.code === 'number' ? error.code : undefined;

/** A unique value is taken. */
export const isDuplicate = (error: unknown): error is MongoServerError => codeOf(error) === DUPLICATE_KEY;

/** The values that were taken, as far as the server names them. */
export const duplicateValues = (error: MongoServerError): readonly unknown[] => {
  const first: unknown = error instanceof MongoBulkWriteError ? [error.writeErrors].flat()[0]?.err : error.errorResponse;
  const keyValue = typeof first === 'object' && first !== null && 'keyValue' in first ? first.keyValue : undefined;
  return typeof keyValue === 'object' && keyValue !== null ? Object.values(keyValue) : [];
};

/** The server does not know the command: it is older, newer, or no mongod. */
export const isUnknownCommand = (error: unknown): boolean => codeOf(error) === COMMAND_NOT_FOUND;
export const isUnauthorized = (error: unknown): boolean => codeOf(error) === UNAUTHORIZED;
/** There is no such collection. */
export const isNoCollection = (error: unknown): boolean =>
  codeOf(error) === NAMESPACE_NOT_FOUND || (error instanceof MongoServerError && error.message === 'ns not found');
/** The server has answered, and refused. */
export const isServerAnswer = (error: unknown): boolean => error instanceof MongoServerError;
