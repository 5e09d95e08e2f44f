/** What a format is: how a file of it is recognized, and how one of its lines is read. Pure. */
import type { MovieEvent } from '@rushes/domain';

import type { FilmLinks } from './film-links.ts';
import type { Separated } from './separated.ts';

export type ParsedLine =
  | {
      readonly event: MovieEvent;
      /** What the line says besides. All of it counts, or none. */
      readonly further?: readonly MovieEvent[];
      readonly atMs: number;
      /** The source's own id of what happened, where it gives one. */
      readonly ownId?: string;
    }
  | { readonly fault: string };

export type ParseLine = (text: string) => ParsedLine;

export interface LineFormat {
  readonly name: string;
  /** What a file of it looks like, for people. */
  readonly looksLike: string;
  /** Whether a file that begins with this line is of the format. Its header, if `hasHeader`. */
  isFirstLine(text: string): boolean;
  /** The first line names the columns. */
  readonly hasHeader: boolean;
  /** Its lines have no time of their own: they are of the file's time. */
  readonly isDatedByFile: boolean;
  /** Its lines may have ids of their own. */
  readonly hasOwnIds: boolean;
  /** How fields are told apart, for formats in which a row can be several lines. */
  readonly separated?: Separated;
  /** Its lines name films by ids of others than IMDb: without links they cannot be read, or become titles of their own. */
  readonly links?: 'needed' | 'useful';
  /**
   * @param header the first line, where the format has one.
   * @param observedAtMs when the file's state was so, for formats without times.
   * @param links IMDb's ids by those of others, for formats that take them.
   */
  parser(header: string, observedAtMs: number, links: FilmLinks): ParseLine;
}
