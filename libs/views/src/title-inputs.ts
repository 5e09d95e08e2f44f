/** What a title's row is made from: what the dumps say of it, and the states of its events. */
import { emptyState, movieRatings, movieRecords, type StateOf } from './keyed/index.ts';

export type RecordState = StateOf<typeof movieRecords>;
export type RatingState = StateOf<typeof movieRatings>;

/** What is said of a title beside its rating. Sets are texts joined by U+001F. */
export interface TitleFacts {
  readonly tconst: string | null;
  readonly type: string;
  readonly is_adult: boolean;
  readonly title: string | null;
  readonly original_title: string | null;
  readonly year: number | null;
  readonly end_year: number | null;
  readonly runtime: number | null;
  readonly votes: number | null;
  readonly genres: string | null;
  /** Names of at most five. */
  readonly directors: string | null;
  readonly writers: string | null;
  /** All that are credited, those without a known name included. */
  readonly director_count: number;
  readonly writer_count: number;
}

/** What the dumps say of a title. */
export interface TitleDump extends TitleFacts {
  readonly rating_tenths: number | null;
}

/** What is known of a title; kept in the document `live` of titles that have events. */
export interface TitleStates {
  readonly dump: TitleDump | null;
  readonly records: RecordState;
  readonly ratings: RatingState;
}

/** All that a title's row is made from. */
export interface TitleInputs extends TitleStates {
  /** When the dumps' ratings were so, in milliseconds since 1970; `null` where that is not known: then whatever was observed is later. */
  readonly ratingsObservedMs: number | null;
}

/** What is known of a title of which nothing is known. */
export const NO_STATES: TitleStates = { dump: null, records: emptyState(movieRecords), ratings: emptyState(movieRatings) };
