/** What texts are sorted and filtered by, one character after the other: shares no code with what it checks. */

const OTHER_LETTERS = new Map('ł:l ø:o æ:ae œ:oe đ:d ð:d þ:th ħ:h ς:σ ı:i'.split(' ').map((pair) => pair.split(':') as [string, string])); // as: two parts each

/** Case folded, without diacritics, letters with strokes and ligatures as their base letters. */
export const foldedText = (text: string): string =>
  Array.from(text.normalize('NFC'), (character) => {
    const folded = (character === 'ẞ' ? 'ß' : character).toUpperCase().toLowerCase();
    return Array.from(folded.normalize('NFD'), (part) => (/\p{M}/u.test(part) ? '' : (OTHER_LETTERS.get(part) ?? part))).join('');
  })
    .join('')
    .normalize('NFC');

/** The characters of its folded form that fit into 200 bytes. A decoder that waits for more leaves out half a character. */
export const sortedBy = (text: string): string =>
  new TextDecoder().decode(Buffer.from(foldedText(text)).subarray(0, 200), { stream: true });

const orNull =
  (change: (text: string) => string) =>
  (text: unknown): string | null =>
    typeof text === 'string' ? change(text) : null;

/** The columns that a title's names, genres and people are found by, from what is shown. */
export const foldedColumns = (title: {
  readonly type: unknown;
  readonly is_adult: unknown;
  readonly primary: unknown;
  readonly original: unknown;
  readonly genres: unknown;
  readonly directors: unknown;
  readonly writers: unknown;
}) => {
  const folded = orNull(foldedText);
  return {
    kind: folded(title.is_adult === true ? `!${String(title.type)}` : title.type),
    title_sort: orNull(sortedBy)(title.primary),
    primary_title: folded(title.primary),
    original_title: folded(title.original),
    genre_keys: folded(title.genres),
    directors: folded(title.directors),
    writers: folded(title.writers),
  };
};
