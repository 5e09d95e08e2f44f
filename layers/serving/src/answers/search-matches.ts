/**
 * What of a found title matches, in words that people read. What is searched are words; the names that have them are looked up for the titles of one page, each
 * view once.
 */
import { type NameKind, searchJudge, type SearchWords, type WordMatch, wordsOf } from '@rushes/domain';
import type { ArtefactReader, CellValue, FoundRow } from '@rushes/ports';
import { castNames, directorNames, readShown, regionalTitles } from '@rushes/views';

import type { ViewReaders } from '../merge/view-readers.ts';

const SHOWN_KINDS: Readonly<Record<NameKind, string>> = {
  primary: 'primary_title',
  original: 'original_title',
  regional: 'regional_title',
  director: 'director',
  cast: 'cast',
};

/** A found title, and what else is known of it. */
export interface FoundTitle {
  readonly row: FoundRow;
  /** The document `shown` of its row in the view `titles`. */
  readonly shown: string;
  readonly tconst: CellValue | undefined;
}

type Documents = ReadonlyMap<string, readonly (string | null)[]>;

/** Documents of the titles of which some match is in names of these kinds. */
const documentsFor = async (
  view: ArtefactReader,
  names: readonly string[],
  found: readonly (FoundTitle & { readonly matches: readonly WordMatch[] })[],
  kinds: readonly NameKind[],
): Promise<Documents> => {
  const keys = found.flatMap(({ tconst, matches }) =>
    typeof tconst === 'string' && matches.some(({ kind }) => kinds.includes(kind)) ? [tconst] : [],
  );
  return keys.length === 0
    ? new Map()
    : new Map((await view.getMany(keys, { documents: names })).map(({ key, documents }) => [key, documents]));
};

/** JSON text of the matches of each title, in their order. */
export const matchesTexts = async (
  { titleNames, credits }: Pick<ViewReaders, 'titleNames' | 'credits'>,
  question: SearchWords,
  titles: readonly FoundTitle[],
): Promise<readonly string[]> => {
  const judge = searchJudge(question);
  const found = titles.map((title) => ({ ...title, matches: judge.matches(title.row.names) }));
  const [names, people] = await Promise.all([
    documentsFor(titleNames, ['titles'], found, ['regional']),
    documentsFor(credits, ['crew', 'credits'], found, ['director', 'cast']),
  ]);
  return found.map(({ shown, tconst, matches }) => {
    const { title, original_title } = readShown(shown);
    const key = String(tconst);
    const namesOf: Readonly<Record<NameKind, () => readonly (string | null)[]>> = {
      primary: () => [title],
      original: () => [original_title],
      regional: () => regionalTitles(names.get(key)?.[0]),
      director: () => directorNames(people.get(key)?.[0]),
      cast: () => castNames(people.get(key)?.[1]),
    };
    return JSON.stringify(
      matches.map(({ word, how, found: matched, kind, name: text }) => {
        const name = namesOf[kind]().find((one) => one !== null && wordsOf(one).join(' ') === text) ?? text;
        return { query: word, how, word: matched, in: SHOWN_KINDS[kind], name };
      }),
    );
  });
};
