/**
 * What happened to the films of a genre in each month, batch and speed layer together: the months of the version, and by how much events after the cut change
 * them. That difference is of all genres at once, and made once for each state that is asked. Invariant: a film's months count where the film does, so those of a
 * film that events moved to another genre are taken from the one and added to the other, also what the version has of them.
 */
import { setImmediate } from 'node:timers/promises';

import { type ArtefactRow, type CellValue, type ListPosition, SET_SEPARATOR } from '@rushes/ports';
import {
  addActivities,
  ALL_FILMS,
  DAY_MS,
  FILM_KIND,
  monthOf,
  type MovieActivity,
  NO_ACTIVITY,
  readMonthActivity,
  readMonths,
  titles,
} from '@rushes/views';

import { cellOf, rowIndex } from '../merge/overlay/layout-row.ts';
import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { requireDocument } from './documents.ts';

/** By month, such as `2026-01`. */
export type Months = ReadonlyMap<string, MovieActivity>;

type MutableMonths = Map<string, MovieActivity>;
type ByGenre = Map<string, MutableMonths>;

const ROWS_PER_READ = 2000;
/** Changed titles looked at before others get their turn. */
const TURN = 10_000;

const TITLES = rowIndex(titles.layout);

const addMonth = (months: MutableMonths, month: string, activity: MovieActivity, sign: 1 | -1 = 1): void => {
  months.set(month, addActivities(months.get(month) ?? NO_ACTIVITY, activity, sign));
};

const monthsIn = <Key>(all: Map<Key, MutableMonths>, key: Key): MutableMonths => {
  let months = all.get(key);
  if (months === undefined) all.set(key, (months = new Map()));
  return months;
};

/** Where a title's months count: its genres, and all films; nowhere, if it is no film. */
const genresOf = (kind: CellValue | undefined, genreKeys: CellValue | undefined): readonly string[] =>
  kind === FILM_KIND ? [ALL_FILMS, ...(typeof genreKeys === 'string' ? genreKeys.split(SET_SEPARATOR) : [])] : [];

const genresOfRow = (row: ArtefactRow | undefined): readonly string[] =>
  row === undefined ? [] : genresOf(cellOf(TITLES, row, 'kind'), cellOf(TITLES, row, 'genre_keys'));

/** What of a snapshot tells of months. */
export interface FilmMonthsParts {
  readonly batch: Pick<Snapshot['batch'], 'filmMonths' | 'movieMonths' | 'titles'>;
  readonly overlay: Pick<OverlayState, 'activity' | 'titles'> | undefined;
}

type Overlay = NonNullable<FilmMonthsParts['overlay']>;
type Batch = FilmMonthsParts['batch'];

const inParts = function* (ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += ROWS_PER_READ) yield ids.slice(from, from + ROWS_PER_READ);
};

/** What events after the cut come to, by movie and month. */
const addedMonths = ({ activity }: Overlay): Map<string, MutableMonths> => {
  const byMovie = new Map<string, MutableMonths>();
  for (const { startMs, movies } of activity.within(DAY_MS, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)) {
    const month = monthOf(startMs);
    for (const [id, happened] of movies) addMonth(monthsIn(byMovie, id), month, happened);
  }
  return byMovie;
};

/** The genres of movies now. @param ids of movies whose titles events did not change, too. */
const genresNow = async (batch: Batch, overlay: Overlay, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> => {
  const genres = new Map<string, readonly string[]>();
  const unchanged: string[] = [];
  for (const id of ids) {
    const changed = overlay.titles.get(id);
    if (changed === undefined) unchanged.push(id);
    else genres.set(id, genresOfRow(changed.now));
  }
  for (const part of inParts(unchanged))
    for (const { key, columns } of await batch.titles.getMany(part, { columns: ['kind', 'genre_keys'] }))
      genres.set(key, genresOf(columns[0], columns[1]));
  return genres;
};

interface Moved {
  readonly before: readonly string[];
  readonly now: readonly string[];
}

/** Movies that count elsewhere than in the version. */
const movedMovies = async ({ titles: changed }: Overlay): Promise<ReadonlyMap<string, Moved>> => {
  const moved = new Map<string, Moved>();
  let looked = 0;
  for (const row of changed.values()) {
    const [before, now] = [genresOfRow(row.before), genresOfRow(row.now)];
    if (JSON.stringify(before) !== JSON.stringify(now)) moved.set(String((row.now ?? row.before)?.[0]), { before, now });
    if (++looked % TURN === 0) await setImmediate();
  }
  return moved;
};

const differencesOf = async (batch: Batch, overlay: Overlay): Promise<ByGenre> => {
  const differences: ByGenre = new Map();
  const added = addedMonths(overlay);
  const genres = await genresNow(batch, overlay, [...added.keys()]);
  for (const [id, months] of added)
    for (const genre of genres.get(id) ?? [])
      for (const [month, happened] of months) addMonth(monthsIn(differences, genre), month, happened);
  const moved = await movedMovies(overlay);
  for (const part of inParts([...moved.keys()]))
    for (const { key, documents } of await batch.movieMonths.getMany(part, { documents: ['months'] })) {
      const { before, now } = moved.get(key) ?? { before: [], now: [] };
      for (const [month, happened] of readMonths(requireDocument(documents[0], `document months of ${key}`))) {
        for (const genre of before) addMonth(monthsIn(differences, genre), month, happened, -1);
        for (const genre of now) addMonth(monthsIn(differences, genre), month, happened);
      }
    }
  return differences;
};

const kept = new WeakMap<Overlay, Promise<ByGenre>>();

const keptDifferences = (batch: Batch, overlay: Overlay): Promise<ByGenre> => {
  let differences = kept.get(overlay);
  if (differences === undefined) {
    differences = differencesOf(batch, overlay);
    kept.set(overlay, differences);
    differences.catch(() => kept.delete(overlay));
  }
  return differences;
};

/** @param genreKey folded; `ALL_FILMS`: of all films. Months in which nothing happened may be among them, with nothing. */
export const filmMonths = async ({ batch, overlay }: FilmMonthsParts, genreKey: string): Promise<Months> => {
  const months: MutableMonths = new Map();
  let after: ListPosition | undefined;
  for (;;) {
    const rows = await batch.filmMonths.list({
      where: [{ column: 'genre_key', op: 'eq', value: genreKey }],
      sort: [],
      limit: ROWS_PER_READ,
      columns: ['month'],
      documents: ['activity'],
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, columns, documents } of rows)
      addMonth(months, String(columns[0]), readMonthActivity(requireDocument(documents[0], `document activity of ${key}`)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_READ) break;
    after = { values: last.sortValues, key: last.key };
  }
  const differences = overlay && (await keptDifferences(batch, overlay)).get(genreKey);
  for (const [month, happened] of differences ?? []) addMonth(months, month, happened);
  return months;
};
