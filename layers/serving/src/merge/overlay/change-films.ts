/**
 * What changed titles and changed reviews make of the sums over films. A film's reviews count where the film does: a film that another genre or year counts now
 * takes its reviews along, also those that events did not change.
 */
import {
  addFilmSums,
  type CountedFilm,
  countedFilm,
  emptyState,
  type FilmSums,
  movieReviews,
  type ShownTitle,
  sumsOfReviews,
} from '@rushes/views';

import type { ChangedFilmSumsEditor } from './changed-film-sums.ts';

/** Something before a change, and after it. */
interface Change<T> {
  readonly before: T;
  readonly now: T;
}

type ReviewState = Parameters<typeof sumsOfReviews>[0];

/** What changed of a movie. */
export interface FilmChange {
  readonly id: string;
  readonly film: Change<CountedFilm | undefined>;
  /** `undefined`: nothing of its reviews. */
  readonly reviews: Change<FilmSums> | undefined;
}

const NO_REVIEWS = sumsOfReviews(emptyState(movieReviews));

const countedOf = (title: ShownTitle | undefined): CountedFilm | undefined => title && countedFilm(title);

/** @param title `undefined`: nobody knows it. @param reviews `undefined`: they did not change. */
export const filmChange = (id: string, title: Change<ShownTitle | undefined>, reviews: Change<ReviewState> | undefined): FilmChange => ({
  id,
  film: { before: countedOf(title.before), now: countedOf(title.now) },
  reviews: reviews && { before: sumsOfReviews(reviews.before), now: sumsOfReviews(reviews.now) },
});

const isMoved = ({ before, now }: FilmChange['film']): boolean => {
  const [from, to] = [before?.cells ?? [], now?.cells ?? []];
  return from.length !== to.length || from.some(({ genreKey, year }, at) => genreKey !== to[at]?.genreKey || year !== to[at].year);
};

/** Of a film that counts where it did: one difference, of what it adds and of its reviews if they changed. */
const countInPlace = (sums: ChangedFilmSumsEditor, { film: { before, now }, reviews }: FilmChange): void => {
  if (before === undefined || now === undefined) return;
  const ofReviews = reviews === undefined ? NO_REVIEWS : addFilmSums(reviews.now, reviews.before, -1n);
  sums.count({ cells: now.cells, sums: addFilmSums(now.sums, before.sums, -1n) }, ofReviews, 1n);
};

/** Counts what changed. @param unchangedReviews states of those movies' reviews that did not change, of all that may count elsewhere now. */
export const countFilmChanges = (
  sums: ChangedFilmSumsEditor,
  changes: readonly FilmChange[],
  unchangedReviews: ReadonlyMap<string, ReviewState>,
): void => {
  for (const change of changes) {
    const { id, film, reviews } = change;
    if (!isMoved(film)) {
      countInPlace(sums, change);
      continue;
    }
    const state = unchangedReviews.get(id);
    const unchanged = state === undefined ? NO_REVIEWS : sumsOfReviews(state);
    sums.count(film.before, reviews?.before ?? unchanged, -1n);
    sums.count(film.now, reviews?.now ?? unchanged, 1n);
  }
};
