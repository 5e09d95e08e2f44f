/**
 * What changed titles and changed reviews make of the sums over films. A film's reviews count where the film does: a film that another genre or year counts now
 * takes its reviews along, also those that events did not change. Only of such films they are read.
 */
import { type CountedFilm, countedFilm, emptyState, type FilmSums, movieReviews, type ShownTitle, sumsOfReviews } from '@rushes/views';

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

const cellsText = (film: CountedFilm | undefined): string => JSON.stringify(film?.cells ?? []);
const isMoved = ({ before, now }: FilmChange['film']): boolean => cellsText(before) !== cellsText(now);

/** Counts what changed. @param readReviews the states of those of these movies that have reviews. */
export const countFilmChanges = async (
  sums: ChangedFilmSumsEditor,
  changes: readonly FilmChange[],
  readReviews: (ids: readonly string[]) => Promise<ReadonlyMap<string, ReviewState>>,
): Promise<void> => {
  const moved = changes.filter(({ film, reviews }) => reviews === undefined && isMoved(film)).map(({ id }) => id);
  const states = await readReviews(moved);
  for (const { id, film, reviews } of changes) {
    const state = states.get(id);
    // Where the film counts as it did, what did not change is subtracted and added: it need not be known.
    const unchanged = state === undefined ? NO_REVIEWS : sumsOfReviews(state);
    sums.count(film.before, reviews?.before ?? unchanged, -1n);
    sums.count(film.now, reviews?.now ?? unchanged, 1n);
  }
};
