/**
 * The changed rows of all views that answers are made from, and how they follow from the states of the movies that events touched. Invariants: the rows
 * before are never changed; what fails on the way leaves nothing behind, so it can be done again; the batch views are asked for many rows at once, so the
 * number of calls hardly grows with the number of movies.
 */
import { setImmediate } from 'node:timers/promises';

import type { ArtefactReader, ArtefactRow } from '@rushes/ports';
import { genres, movieRecords, sentiment, statistics, titles, tmdbLinks } from '@rushes/views';

import type { ViewReaders } from '../view-readers.ts';
import { activityAt, type ChangedActivity, noActivity, setActivity } from './changed-activity.ts';
import { type ChangedFilmSums, noFilmSums } from './changed-film-sums.ts';
import { countFilmChanges, type FilmChange, filmChange } from './change-films.ts';
import { batchReviews, currentReviews, readReviewStates, REVIEW_VIEWS } from './change-reviews.ts';
import {
  contributionOf,
  currentTitle,
  editSums,
  genreRow,
  genresThatDiffer,
  inputsOf,
  linkOf,
  NO_SUMS,
  shownOf,
  statisticRows,
  type Sums,
  TITLE_VIEWS,
} from './change-titles.ts';
import { type ChangedPopularity, noPopularity, popularityAt, setPopularity } from './changed-popularity.ts';
import { type ChangedRows, noChanges } from './changed-rows.ts';
import type { EpochStates } from './epoch-states.ts';
import { cellOf, columnsOfRow, keyOfRow, rowIndex, type RowIndex, sharingCells } from './layout-row.ts';
import { readWholeRows } from './merged-reader.ts';
import type { ListKind } from './sorted-list.ts';

/** Some megabytes of rows. */
const KEYS_PER_READ = 2000;
/** Movies whose rows are made before others get their turn. */
const TURN = 100;
/** The same of buckets of movies. */
const BUCKETS_TURN = 250;

/** What events changed of each view. */
export interface MergedRows {
  readonly titles: ChangedRows;
  readonly genres: ChangedRows;
  readonly statistics: ChangedRows;
  readonly sentiment: ChangedRows;
  readonly tmdbLinks: ChangedRows;
  readonly activity: ChangedActivity;
  readonly popularity: ChangedPopularity;
  readonly filmSums: ChangedFilmSums;
  readonly sums: Sums;
}

/** @param titleLists lists of titles that will be asked for, so that they are there from the beginning. */
export const nothingChanged = (titleLists: readonly ListKind[]): MergedRows => ({
  titles: noChanges(titles.layout, titleLists),
  genres: noChanges(genres.layout),
  statistics: noChanges(statistics.layout),
  sentiment: noChanges(sentiment.layout),
  tmdbLinks: noChanges(tmdbLinks.layout),
  activity: noActivity(),
  popularity: noPopularity(),
  filmSums: noFilmSums(),
  sums: NO_SUMS,
});

type Rows = ReadonlyMap<string, ArtefactRow>;

const NO_ROWS: Rows = new Map();
const STATISTICS = rowIndex(statistics.layout);
const GENRES = rowIndex(genres.layout);

const readRows = async (batch: ArtefactReader, index: RowIndex, keys: readonly string[]): Promise<Rows> =>
  keys.length === 0 ? NO_ROWS : new Map((await readWholeRows(batch, index, keys)).map((row) => [keyOfRow(row), row]));

const readUnknown = async ({ unknownTitles }: ViewReaders, ids: readonly string[]): Promise<ReadonlyMap<string, string | null>> =>
  ids.length === 0
    ? new Map()
    : new Map((await unknownTitles.getMany(ids, { documents: ['live'] })).map((row) => [row.key, row.documents[0] ?? null]));

/** What states changed of. */
export interface Touched {
  readonly movies: readonly string[];
  /** Keys of states of `ACTIVITY_VIEWS`. */
  readonly activity: readonly string[];
  /** Keys of states of `POPULARITY_VIEWS`. */
  readonly popularity: readonly string[];
}

export interface RowMerger {
  /**
   * The rows after these states changed.
   * @param titlesChangedAtMs append time of the last event about titles.
   */
  merge(before: MergedRows, touched: Touched, states: EpochStates, titlesChangedAtMs: number): Promise<MergedRows>;
}

/** @param batch the views of one publication. */
export const openRowMerger = async (batch: ViewReaders): Promise<RowMerger> => {
  const figures = await readRows(batch.statistics, STATISTICS, ['ratings_observed_ms', 'rated_titles', 'total_votes']);
  const observed = figures.get('ratings_observed_ms');
  const observedMs = observed && cellOf(STATISTICS, observed, 'value');
  const ratingsObservedMs = typeof observedMs === 'number' ? observedMs : null;
  /** Rows of the artefact that were read already; `undefined`: it has none. */
  const genreRows = new Map<string, ArtefactRow | undefined>();

  return {
    async merge(before, touched, states, titlesChangedAtMs) {
      const [titleRows, reviewRows, linkRows] = [before.titles.edit(), before.sentiment.edit(), before.tmdbLinks.edit()];
      const [sumsEdit, filmEdit] = [editSums(before.sums), before.filmSums.edit()];
      for (let from = 0; from < touched.movies.length; from += KEYS_PER_READ) {
        const ids = touched.movies.slice(from, from + KEYS_PER_READ);
        const changes = ids.map((id) => ({
          id,
          title: states.lastChange(id, TITLE_VIEWS),
          reviews: states.lastChange(id, REVIEW_VIEWS),
        }));
        const titleIds = changes.flatMap(({ id, title }) => (title.token === '' ? [] : [id]));
        const reviewIds = changes.flatMap(({ id, reviews }) => (reviews.token === '' ? [] : [id]));
        // Only what events say of a title's record puts a film elsewhere, and its reviews with it.
        const movableIds = changes.flatMap(({ id, reviews }) =>
          reviews.token === '' && states.lastChange(id, [movieRecords]).token !== '' ? [id] : [],
        );
        const [titlesBefore, reviewsBefore, unchangedReviews] = await Promise.all([
          // Reviews count where their film does: of a title that did not change, too.
          readRows(batch.titles, before.titles.index, ids),
          readRows(batch.sentiment, before.sentiment.index, reviewIds),
          readReviewStates(batch.sentiment, movableIds),
        ]);
        const unknown = await readUnknown(
          batch,
          titleIds.filter((id) => !titlesBefore.has(id)),
        );
        const films: FilmChange[] = [];
        for (const [n, { id, title, reviews }] of changes.entries()) {
          const known = titleRows.get(id);
          const row = titlesBefore.get(id);
          const titleBefore = known ? known.now : row;
          if (title.token !== '') {
            // Also under a token that is known: while rows are read, a writer may have written one epoch or view and not yet the others.
            const made = currentTitle(id, inputsOf(row, row === undefined ? (unknown.get(id) ?? null) : null, ratingsObservedMs), states);
            // Most of a row is as it was.
            const now = made && row ? sharingCells(made, row) : made;
            sumsEdit.add(contributionOf(titleBefore), -1);
            sumsEdit.add(contributionOf(now), 1);
            const link = linkOf(now);
            const linkKnown = linkRows.get(id);
            const linkBefore = linkKnown?.before ?? linkOf(row);
            // Of most titles there is no link, neither before nor now.
            if (linkKnown !== undefined || linkBefore !== undefined || link !== undefined)
              linkRows.set(id, { before: linkBefore, now: link, ...title });
            titleRows.set(id, { before: known?.before ?? (row && columnsOfRow(before.titles.index, row)), now, ...title });
          }
          const reviewsKnown = reviewRows.get(id);
          const reviewsRow = reviewsBefore.get(id);
          if (reviews.token !== '')
            reviewRows.set(id, {
              before: reviewsKnown?.before ?? (reviewsRow && columnsOfRow(before.sentiment.index, reviewsRow)),
              now: currentReviews(id, reviewsRow, states),
              ...reviews,
            });
          const changed = titleRows.get(id);
          const titleNow = changed ? changed.now : titleBefore;
          films.push(
            filmChange(
              id,
              { before: titleBefore && shownOf(titleBefore), now: titleNow && shownOf(titleNow) },
              reviews.token === ''
                ? undefined
                : { before: batchReviews(reviewsKnown ? reviewsKnown.now : reviewsRow), now: batchReviews(reviewRows.get(id)?.now) },
            ),
          );
          if ((n + 1) % TURN > 0) continue;
          titleRows.sortIn();
          linkRows.sortIn();
          reviewRows.sortIn();
          await setImmediate();
        }
        countFilmChanges(filmEdit, films, unchangedReviews);
      }
      const activityEdit = before.activity.edit();
      for (const [n, key] of touched.activity.entries()) {
        setActivity(activityEdit, key, activityAt(states, key));
        if ((n + 1) % BUCKETS_TURN === 0) await setImmediate();
      }
      const popularityEdit = before.popularity.edit();
      for (const [n, key] of touched.popularity.entries()) {
        setPopularity(popularityEdit, key, popularityAt(states, key));
        if ((n + 1) % BUCKETS_TURN === 0) await setImmediate();
      }
      const sums = sumsEdit.done();
      const at = { token: '', changedAtMs: titlesChangedAtMs };
      const [statisticEdit, genreEdit] = [noChanges(statistics.layout).edit(), noChanges(genres.layout).edit()];
      for (const now of statisticRows(figures, sums)) statisticEdit.set(keyOfRow(now), { ...at, before: figures.get(keyOfRow(now)), now });
      const different = genresThatDiffer(sums);
      const unread = different.filter((genre) => !genreRows.has(genre));
      const read = await readRows(batch.genres, GENRES, unread);
      for (const genre of unread) genreRows.set(genre, read.get(genre));
      for (const genre of different) {
        const row = genreRows.get(genre);
        genreEdit.set(genre, { ...at, before: row, now: genreRow(genre, row, sums) });
      }
      return {
        titles: titleRows.done(),
        sentiment: reviewRows.done(),
        tmdbLinks: linkRows.done(),
        activity: activityEdit.done(),
        popularity: popularityEdit.done(),
        filmSums: filmEdit.done(),
        statistics: statisticEdit.done(),
        genres: genreEdit.done(),
        sums,
      };
    },
  };
};
