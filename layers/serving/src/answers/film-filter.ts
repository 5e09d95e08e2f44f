/** Films among titles that are known by their keys alone: those of a kind and a genre. Each title is read once, some thousands at a time. */
import { foldText } from '@rushes/domain';
import { type ArtefactReader, SET_SEPARATOR } from '@rushes/ports';

import { type Adult, kindsOf } from './adult.ts';

const KEYS_PER_READ = 2000;

/** Which titles are films that are asked for. */
export interface FilmCondition {
  readonly adult: Adult;
  readonly genre: string | undefined;
}

/** Reads what is not known yet of these titles, and tells of each title that was read whether it is such a film. */
export type FilmFilter = (ids: readonly string[]) => Promise<(id: string) => boolean>;

/** Those of the titles that are films of the condition; a title that nobody knows yet is none. */
export const filmFilter = (titles: ArtefactReader, { adult, genre }: FilmCondition): FilmFilter => {
  const kinds = new Set(kindsOf(['movie'], adult));
  const wanted = genre === undefined ? undefined : foldText(genre);
  const known = new Map<string, boolean>();
  return async (ids) => {
    const unknown = ids.filter((id) => !known.has(id));
    for (let from = 0; from < unknown.length; from += KEYS_PER_READ) {
      const part = unknown.slice(from, from + KEYS_PER_READ);
      for (const id of part) known.set(id, false);
      for (const { key, columns } of await titles.getMany(part, { columns: ['kind', 'genre_keys'] })) {
        const [kind, genres] = columns;
        const hasGenre = wanted === undefined || (typeof genres === 'string' && genres.split(SET_SEPARATOR).includes(wanted));
        known.set(key, kinds.has(String(kind)) && hasGenre);
      }
    }
    return (id) => known.get(id) === true;
  };
};

const FIRST_READ = 200;

/** Those that the filter lets through, in order: of many only as many are read as are asked for. */
export const passing = async function* <One extends { readonly id: string }>(
  order: readonly One[],
  filter: FilmFilter,
): AsyncGenerator<One> {
  let size = FIRST_READ;
  for (let from = 0; from < order.length; from += size, size = Math.min(2 * size, KEYS_PER_READ)) {
    const part = order.slice(from, from + size);
    const passes = await filter(part.map(({ id }) => id));
    yield* part.filter(({ id }) => passes(id));
  }
};
