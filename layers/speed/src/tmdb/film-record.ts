/** What is kept of a film: what was said of it last in the log, so that only what changed is said again. */
import type { FilmFields, Observation } from '../films/film-facts.ts';

/** A record of before these were asked for does not have the last ones: nothing was said of them. */
export type KnownFields = Omit<FilmFields, LaterFields> & Partial<Pick<FilmFields, LaterFields>>;
type LaterFields = 'budget' | 'revenue' | 'keywords';

export interface FilmRecord {
  /** IMDb's id that it is linked to; `null`: none yet, so nothing of it is in the log. */
  readonly tconst: string | null;
  /** Counts what was said of it: the ids of events that may repeat an earlier value carry it. */
  readonly revision: number;
  /** `null`: not said, or not known what was said last. */
  readonly fields: KnownFields | null;
  readonly observed: (Observation & { readonly atMs: number }) | null;
  /** Ids of reviews that are in the log, or could not be used. */
  readonly reviews: readonly string[];
  /** Entity tag of the answer that this was made from. */
  readonly etag: string | null;
  /** When it was last asked for. */
  readonly checkedAtMs: number;
  /** Fingerprints of what was put among the dead letters because of it. */
  readonly rejected: readonly string[];
}

export const NEW_FILM: FilmRecord = {
  tconst: null,
  revision: 0,
  fields: null,
  observed: null,
  reviews: [],
  etag: null,
  checkedAtMs: 0,
  rejected: [],
};
