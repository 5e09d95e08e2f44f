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
