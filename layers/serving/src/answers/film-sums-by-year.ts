/** Sums over films of a genre by year of release: the batch layer's, and what films that events changed change of them. */
import type { ListPosition } from '@rushes/ports';
import { addFilmSums, type FilmSums, NO_FILM_SUMS, readFilmSums } from '@rushes/views';

import type { OverlayState } from '../merge/overlay/overlay.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { requireDocument } from './documents.ts';

/** Years of IMDb's films are some 150; a genre that is written in many ways has as many rows for each. */
const ROWS_PER_READ = 1000;

/** `null`: films of which no year is known. */
export type SumsByYear = ReadonlyMap<number | null, FilmSums>;

/** What of a snapshot tells of films' sums. */
export interface FilmSumsParts {
  readonly batch: Pick<Snapshot['batch'], 'filmSums'>;
  readonly overlay: Pick<OverlayState, 'filmSums'> | undefined;
}

const addTo = (byYear: Map<number | null, FilmSums>, year: number | null, sums: FilmSums): void => {
  byYear.set(year, addFilmSums(byYear.get(year) ?? NO_FILM_SUMS, sums));
};

const ofBatch = async ({ batch: { filmSums } }: FilmSumsParts, genreKey: string): Promise<SumsByYear> => {
  const byYear = new Map<number | null, FilmSums>();
  let after: ListPosition | undefined;
  for (;;) {
    const rows = await filmSums.list({
      where: [{ column: 'genre_key', op: 'eq', value: genreKey }],
      sort: [],
      limit: ROWS_PER_READ,
      columns: ['year'],
      documents: ['sums'],
      ...(after === undefined ? {} : { after }),
    });
    for (const { key, columns, documents } of rows)
      addTo(
        byYear,
        columns[0] === null ? null : Number(columns[0]),
        readFilmSums(requireDocument(documents[0], `document sums of ${key}`)),
      );
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_READ) return byYear;
    after = { values: last.sortValues, key: last.key };
  }
};

const ofEvents = ({ overlay }: FilmSumsParts, genreKey: string): SumsByYear => {
  const byYear = new Map<number | null, FilmSums>();
  for (const { year, sums } of overlay?.filmSums.of(genreKey) ?? []) addTo(byYear, year, sums);
  return byYear;
};

/** The parts that are added, and their sum. */
export interface MergedSums {
  readonly batch: SumsByYear;
  /** What films that events changed change: may be negative. */
  readonly events: SumsByYear;
  readonly merged: SumsByYear;
}

/** @param genreKey folded; `ALL_FILMS`: of all films. */
export const filmSumsByYear = async (parts: FilmSumsParts, genreKey: string): Promise<MergedSums> => {
  const [batch, events] = [await ofBatch(parts, genreKey), ofEvents(parts, genreKey)];
  const merged = new Map(batch);
  for (const [year, sums] of events) addTo(merged, year, sums);
  return { batch, events, merged };
};

/** Of one year, or of all together. @param year `undefined`: all, and films of which no year is known. */
export const sumsOfYear = (byYear: SumsByYear, year: number | undefined): FilmSums => {
  if (year !== undefined) return byYear.get(year) ?? NO_FILM_SUMS;
  return [...byYear.values()].reduce((all, sums) => addFilmSums(all, sums), NO_FILM_SUMS);
};
