/**
 * What of TMDB's API is asked, as a port: one GET request, whatever becomes of it on the way. Faults that may pass are tried again behind it; what is thrown
 * here is for whoever polls to rest on.
 */
import { TransientError } from '@rushes/runtime';

export interface TmdbRequest {
  /** Below the API's address, without a slash in front: `movie/278`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The entity tag of the answer that is known. */
  readonly etag?: string | undefined;
}

export type TmdbAnswer =
  /** @property text the body as it came, for people. */
  | { readonly kind: 'found'; readonly value: unknown; readonly text: string; readonly etag: string | undefined }
  /** What is known still stands. */
  | { readonly kind: 'unchanged' }
  /** There is no such thing (any more). */
  | { readonly kind: 'missing' };

export interface TmdbApi {
  /** Where it is, for messages. */
  readonly location: string;
  /**
   * @throws TmdbKeyError, BudgetSpentError; TransientError for what did not pass in several attempts; the signal's reason.
   */
  get(request: TmdbRequest, signal: AbortSignal): Promise<TmdbAnswer>;
}

/** How to get a key, in one line. */
export const KEY_HINT =
  'A key costs nothing: make an account on https://www.themoviedb.org, ask for a key under Settings, API, and set RUSHES_TMDB_KEY to it (or RUSHES_TMDB_KEY_FILE to a file with it).';

/** TMDB takes no request under this key. Another one may be put into its file meanwhile. */
export class TmdbKeyError extends TransientError {
  override readonly name = 'TmdbKeyError';
  constructor(location: string) {
    super(`${location} refuses the key`, { hint: `See that it is whole and was not revoked. ${KEY_HINT}` });
  }
}

/** The day's requests are spent. */
export class BudgetSpentError extends TransientError {
  override readonly name = 'BudgetSpentError';
  /** When there are more. */
  readonly untilMs: number;
  constructor(perDay: number, untilMs: number) {
    super(`the ${perDay} requests of the day are spent: polling goes on at ${new Date(untilMs).toISOString()}`, {
      hint: 'tmdb.requestsPerDay sets how many there are.',
    });
    this.untilMs = untilMs;
  }
}
