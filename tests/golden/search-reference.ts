/** What titles are found by: names beside a title's own two, and the words of all of them. */
import type { credits, crewCredits } from './credit-reference.ts';
import { foldedText } from './folded-text.ts';
import { groupBy, type Row, textOf } from './rows.ts';
import type { titleNames } from './title-reference.ts';

// A type: interfaces are no rows.
type SearchNames = {
  readonly title_id: string;
  readonly regional_titles: readonly string[] | null;
  readonly directors: readonly string[] | null;
  readonly actors: readonly string[] | null;
};

const orNull = (texts: readonly string[]): readonly string[] | null => (texts.length === 0 ? null : texts);

export const searchNames = (
  names: ReturnType<typeof titleNames>,
  mentions: ReturnType<typeof crewCredits>,
  cast: ReturnType<typeof credits>,
): readonly SearchNames[] => {
  const [regional, crew, acting] = [
    groupBy(
      names.filter(({ place }) => place > 1),
      ({ title_id }) => title_id,
    ),
    groupBy(
      mentions.filter(({ role, name }) => role === 'director' && name !== null),
      ({ title_id }) => title_id,
    ),
    groupBy(
      cast.filter(({ category, name }) => ['actor', 'actress'].includes(category) && name !== null),
      ({ title_id }) => title_id,
    ),
  ];
  return [...new Set([...regional.keys(), ...crew.keys(), ...acting.keys()])].map((title_id) => ({
    title_id,
    regional_titles: orNull([...new Set((regional.get(title_id) ?? []).map(({ title }) => title))]),
    directors: orNull((crew.get(title_id) ?? []).map(({ name }) => String(name))),
    actors: orNull((acting.get(title_id) ?? []).map(({ name }) => String(name))),
  }));
};

/** The words of a text, one character after the other, with a space between. */
const wordsIn = (text: string): string => {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const character of foldedText(text)) {
    if (`'’ʼ‘\`´`.includes(character)) continue;
    if (/\p{Script=Han}|\p{Script=Hiragana}/u.test(character)) {
      end();
      words.push(character);
    } else if (/\p{L}|\p{N}/u.test(character)) word += character;
    else end();
  }
  end();
  return words.map((one) => one.slice(0, 32)).join(' ');
};

/** Names, each behind its sign; those with the words of one before them are left out. */
const written = (names: readonly (readonly [sign: string, name: string])[]): string => {
  const seen = new Set<string>();
  return names
    .map(([sign, name]) => {
      const words = wordsIn(name);
      if (words === '' || seen.has(words)) return '';
      seen.add(words);
      return sign + words;
    })
    .join('');
};

const signed = (sign: string, names: readonly string[] | null | undefined): readonly (readonly [string, string])[] =>
  (names ?? []).map((name) => [sign, name]);

/** @param titles the rows of the view `titles`. */
export const searchView = (titles: readonly Row[], names: readonly SearchNames[]): readonly Row[] => {
  const byTitle = new Map(names.map((row) => [row.title_id, row]));
  return titles.map((row) => {
    const movie = row['movie'] as Row; // as: the reference's own document
    const known = byTitle.get(textOf(row['id']));
    const own = [...signed('=', [movie['title'] ?? ''].map(String)), ...signed('~', [movie['original_title'] ?? ''].map(String))];
    return {
      id: row['id'] ?? null,
      kind: row['kind'] ?? null,
      type: movie['type'] ?? null,
      year: row['year'] ?? null,
      rating: row['rating'] ?? null,
      votes: row['votes'] ?? null,
      genre_keys: row['genre_keys'] ?? null,
      title_words: written(own),
      other_words:
        written(signed('@', known?.regional_titles)) + written([...signed('>', known?.directors), ...signed('+', known?.actors)]),
    };
  });
};
