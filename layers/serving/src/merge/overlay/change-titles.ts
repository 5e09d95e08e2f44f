/** What events make of the views about titles: the title's own row, and what it adds to genres and statistics. */
import { type ArtefactReader, type ArtefactRow, SET_SEPARATOR } from '@rushes/ports';
import {
  mergeStates,
  movieRatings,
  movieRecords,
  NO_STATES,
  readShown,
  type ShownTitle,
  statistics,
  type TitleDump,
  type TitleInputs,
  titleRow,
  titles,
  type TitleStates,
  tmdbLinkRow,
} from '@rushes/views';

import type { EpochStates } from './epoch-states.ts';
import { cellOf, rowIndex } from './layout-row.ts';

const TITLES = rowIndex(titles.layout);
const [SHOWN, LIVE] = [TITLES.document('shown'), TITLES.document('live')];
const STATISTICS = rowIndex(statistics.layout);

/** The views whose events change a title's row. */
export const TITLE_VIEWS = [movieRecords, movieRatings] as const;

/** What is shown of a title: all of its row that is neither sorted nor filtered by. */
export const shownOf = (row: ArtefactRow): ShownTitle => readShown(String(row[SHOWN]));

/** The dumps' part of a title without events: all that is shown of it. */
const dumpOf = (row: ArtefactRow): TitleDump => {
  const { rating, tmdb_id: _id, told: _told, ...facts } = shownOf(row);
  return { ...facts, rating_tenths: rating === null ? null : rating / 100 };
};

const readStates = (live: string): TitleStates => {
  const { dump, records, ratings } = JSON.parse(live) as Partial<TitleStates>; // as: the view's document
  return { dump: dump ?? null, records: records ?? NO_STATES.records, ratings: ratings ?? NO_STATES.ratings };
};

/** What the batch layer knows of a title: what its row was made from, or what events said of it while nobody knew it. */
const statesOf = (row: ArtefactRow | undefined, unknown: string | null): TitleStates => {
  if (row === undefined) return unknown === null ? NO_STATES : readStates(unknown);
  const live = row[LIVE];
  return typeof live === 'string' ? readStates(live) : { ...NO_STATES, dump: dumpOf(row) };
};

/** @param ratingsObservedMs when the version's ratings of IMDb were so. */
export const inputsOf = (row: ArtefactRow | undefined, unknown: string | null, ratingsObservedMs: number | null): TitleInputs => ({
  ...statesOf(row, unknown),
  ratingsObservedMs,
});

/** The title's row now; `undefined` while nobody knows the title. */
export const currentTitle = (id: string, inputs: TitleInputs, states: EpochStates): ArtefactRow | undefined => {
  const [records, ratings] = [states.merged(movieRecords, id), states.merged(movieRatings, id)];
  return titleRow(id, {
    ...inputs,
    records: records === undefined ? inputs.records : mergeStates(movieRecords, inputs.records, records),
    ratings: ratings === undefined ? inputs.ratings : mergeStates(movieRatings, inputs.ratings, ratings),
  });
};

/** The title's row in the view `tmdb_links`, if it has one. @param row of the view `titles`. */
export const linkOf = (row: ArtefactRow | undefined): ArtefactRow | undefined => row && tmdbLinkRow(String(row[0]), String(row[SHOWN]));

/** What titles add to the views `genres` and `statistics`: integers, so that they can be subtracted and added. */
export interface Contribution {
  readonly ratedTitles: number;
  readonly totalVotes: number;
  readonly isMovie: boolean;
  readonly isAdult: boolean;
  readonly genres: readonly string[];
}

const NOTHING: Contribution = { ratedTitles: 0, totalVotes: 0, isMovie: false, isAdult: false, genres: [] };

export const contributionOf = (row: ArtefactRow | undefined): Contribution => {
  if (row === undefined) return NOTHING;
  const { votes, type, is_adult, genres } = shownOf(row);
  return {
    ratedTitles: (votes ?? 0) > 0 ? 1 : 0,
    totalVotes: votes ?? 0,
    isMovie: type === 'movie',
    isAdult: is_adult,
    genres: genres === null ? [] : genres.split(SET_SEPARATOR),
  };
};

/** The columns of the view `genres`, in its order. */
type GenreCounts = readonly [movies: number, titles: number, adultMovies: number, adultTitles: number];

/** What a title adds to each of its genres. */
const genreCounts = ({ isMovie, isAdult }: Contribution): GenreCounts =>
  isAdult ? [0, 0, Number(isMovie), 1] : [Number(isMovie), 1, 0, 0];

/** Differences against the batch layer's genres and statistics. */
export interface Sums {
  readonly ratedTitles: number;
  readonly totalVotes: number;
  readonly genres: ReadonlyMap<string, GenreCounts>;
}

export const NO_SUMS: Sums = { ratedTitles: 0, totalVotes: 0, genres: new Map() };

export interface SumsEditor {
  /** @param sign 1 to add, -1 to subtract. */
  add(contribution: Contribution, sign: 1 | -1): void;
  done(): Sums;
}

/** A copy that can be changed. */
export const editSums = (sums: Sums): SumsEditor => {
  let { ratedTitles, totalVotes } = sums;
  const byGenre = new Map(sums.genres);
  return {
    add(contribution, sign) {
      ratedTitles += sign * contribution.ratedTitles;
      totalVotes += sign * contribution.totalVotes;
      const counts = genreCounts(contribution);
      for (const name of contribution.genres) {
        const [a, b, c, d] = byGenre.get(name) ?? [0, 0, 0, 0];
        byGenre.set(name, [a + sign * counts[0], b + sign * counts[1], c + sign * counts[2], d + sign * counts[3]]);
      }
    },
    done: () => ({ ratedTitles, totalVotes, genres: byGenre }),
  };
};

/** When the version's ratings of IMDb were so; `null` where it does not say. */
export const ratingsObservedMs = async (batch: ArtefactReader): Promise<number | null> => {
  const value = (await batch.get('ratings_observed_ms', { columns: ['value'] }))?.columns[0];
  return typeof value === 'number' ? value : null;
};

/** The rows of `statistics` that differ. @param before its rows in the artefact, by name. */
export const statisticRows = (before: ReadonlyMap<string, ArtefactRow>, sums: Sums): readonly ArtefactRow[] =>
  (
    [
      ['rated_titles', sums.ratedTitles],
      ['total_votes', sums.totalVotes],
    ] as const
  ).flatMap(([name, difference]) => {
    const row = before.get(name);
    const value = Number((row && cellOf(STATISTICS, row, 'value')) ?? 0) + difference;
    return difference === 0 ? [] : [[name, value, JSON.stringify({ name, value })]];
  });

/** The genres whose rows differ. */
export const genresThatDiffer = (sums: Sums): readonly string[] =>
  [...sums.genres].flatMap(([genre, differences]) => (differences.every((difference) => difference === 0) ? [] : [genre]));

/** A genre's row now; `undefined` if no title has it any more. @param before its row in the artefact. */
export const genreRow = (genre: string, before: ArtefactRow | undefined, sums: Sums): ArtefactRow | undefined => {
  const now = (sums.genres.get(genre) ?? [0, 0, 0, 0]).map((difference, n) => Number(before?.[n + 1] ?? 0) + difference);
  const [, titlesNow = 0, , adultNow = 0] = now;
  return titlesNow + adultNow === 0 ? undefined : [genre, ...now];
};
