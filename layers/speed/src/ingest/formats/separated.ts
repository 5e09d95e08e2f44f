/** How the fields of a row are told apart. Pure. */
import { parse } from 'csv-parse/sync';

export interface Separated {
  /** The fields; `undefined`: the text is no row. */
  readonly fields: (text: string) => readonly string[] | undefined;
  /** A field may hold line ends: a row can be several lines. */
  readonly hasQuotes: boolean;
}

/** By tabs, which no field holds. */
export const TABS: Separated = { fields: (text) => text.split('\t'), hasQuotes: false };

const quotedFields = (text: string): readonly string[] | undefined => {
  try {
    const rows: readonly (readonly string[])[] = parse(text, { relax_column_count: true });
    return rows.length === 1 ? rows[0] : undefined;
  } catch {
    return undefined;
  }
};

/** By commas, as RFC 4180 has it: a field in quotation marks may hold commas, line ends and, doubled, quotation marks. */
export const COMMAS: Separated = {
  fields: (text) => (text.includes('"') ? quotedFields(text) : text.split(',')),
  hasQuotes: true,
};
