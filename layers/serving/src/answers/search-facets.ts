/** What a search counts beside its rows: titles by genre, decade and type. Pure but for the genres' names. */
import { compareUtf8, foldText } from '@rushes/domain';
import type { SearchResult } from '@rushes/ports';
import { Type } from 'typebox';

import type { ViewReaders } from '../merge/view-readers.ts';
import { readGenres } from './genre-counts.ts';

/** The columns that are counted, in the order in which `facetsText` takes their counts. */
export const TALLIED = ['genre_keys', 'year', 'type'] as const;

const counted = (name: string, value: object) => Type.Array(Type.Object({ [name]: value, count: Type.Integer() }));

export const facetsSchema = Type.Optional(
  Type.Object(
    {
      genres: counted('genre', Type.String()),
      decades: counted('decade', Type.Integer({ description: 'Its first year.' })),
      types: counted('type', Type.String()),
    },
    {
      description:
        'With `facets=true`: of all that is found, how many titles have a genre, are of a decade or of a type. Only what is there is named.',
    },
  ),
);

type Counts = ReadonlyMap<string | number | boolean, number>;
type Named = readonly [name: string, count: number];

const NONE: Counts = new Map();

/** The most frequent first; ties by name. */
const byCount = (a: Named, b: Named): number => b[1] - a[1] || compareUtf8(a[0], b[0]);

const decadesOf = (years: Counts): readonly (readonly [decade: number, count: number])[] => {
  const decades = new Map<number, number>();
  for (const [year, count] of years) {
    const decade = 10 * Math.floor(Number(year) / 10);
    decades.set(decade, (decades.get(decade) ?? 0) + count);
  }
  return [...decades].toSorted(([a], [b]) => a - b);
};

/** JSON text. @param tallies of the columns `TALLIED`. */
export const facetsText = async (views: Pick<ViewReaders, 'genres'>, tallies: SearchResult['tallies']): Promise<string> => {
  const [genres = NONE, years = NONE, types = NONE] = tallies;
  const shown = new Map(genres.size === 0 ? [] : (await readGenres(views)).map(({ genre }) => [foldText(genre), genre]));
  const named = (counts: Counts, nameOf: (value: string) => string): readonly Named[] =>
    [...counts].map(([value, count]): Named => [nameOf(String(value)), count]).toSorted(byCount);
  return JSON.stringify({
    genres: named(genres, (key) => shown.get(key) ?? key).map(([genre, count]) => ({ genre, count })),
    decades: decadesOf(years).map(([decade, count]) => ({ decade, count })),
    types: named(types, (type) => type).map(([type, count]) => ({ type, count })),
  });
};
