/** A title's titles: a short text (`joined-texts.ts`; `sql/views/title_names.sql` writes it), written out as JSON when asked for. A row's first field is its place. */
import { orEmpty, orNull, rowsOf } from './joined-texts.ts';

/** JSON array of `title`, `region`, `language`, `types`, `is_original`. @param text the view's document. */
export const titleNamesDocument = (text: string | null | undefined): string =>
  `[${rowsOf(text)
    .map(
      ([, title, region, language, types, isOriginal]) =>
        `{"title":${title},"region":${orNull(region)},"language":${orNull(language)},"types":${orEmpty(types)},"is_original":${isOriginal === '1'}}`,
    )
    .join(',')}]`;

/** The places of a title's own two titles; regional ones follow. */
const OWN_PLACES: ReadonlySet<string | undefined> = new Set(['A0', 'A1']);

/** The regional titles alone, as texts, in order. @param text the view's document. */
export const regionalTitles = (text: string | null | undefined): readonly string[] =>
  rowsOf(text).flatMap(([place, title]) => (OWN_PLACES.has(place) || title === undefined ? [] : [JSON.parse(title) as string])); // as: a JSON text
