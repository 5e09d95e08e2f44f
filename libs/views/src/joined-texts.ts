/**
 * Texts that the batch layer's models write and answers are written from: rows end at U+001D, fields at U+001C, which no JSON text holds as they are. Texts
 * that people wrote stand in them as JSON texts, and nothing stands for null.
 */
const ROW = '\u001d';
const FIELD = '\u001c';

export const fieldsOf = (row: string): readonly string[] => row.split(FIELD);

export const rowsOf = (text: string | null | undefined): readonly (readonly string[])[] =>
  text === null || text === undefined || text === '' ? [] : text.split(ROW).map(fieldsOf);

/** The JSON text of a field. */
export const orNull = (json: string | undefined): string => (json === undefined || json === '' ? 'null' : json);
/** The same of a field that is a list. */
export const orEmpty = (json: string | undefined): string => (json === undefined || json === '' ? '[]' : json);
