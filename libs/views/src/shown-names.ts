/** A title's titles, kept as a short text (`sql/views/title_names.sql` writes it) and written out as JSON when asked for. A row's first field is its place. */
const ROW = '\u001d';
const FIELD = '\u001c';

const orNull = (json: string | undefined): string => (json === undefined || json === '' ? 'null' : json);

/** JSON array of `title`, `region`, `language`, `types`, `is_original`. @param text the view's document. */
export const titleNamesDocument = (text: string | null | undefined): string =>
  text === null || text === undefined || text === ''
    ? '[]'
    : `[${text
        .split(ROW)
        .map((row) => {
          const [, title, region, language, types, isOriginal] = row.split(FIELD);
          return (
            `{"title":${title},"region":${orNull(region)},"language":${orNull(language)},` +
            `"types":${types === undefined || types === '' ? '[]' : types},"is_original":${isOriginal === '1'}}`
          );
        })
        .join(',')}]`;
