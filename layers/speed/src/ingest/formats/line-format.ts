/** What a format is: how a file of it is recognized, and how one of its lines is read. Pure. */
import type { MovieEvent } from '@rushes/domain';

export type ParsedLine =
  /** `ownId`: the source's own id of what happened, where it gives one. */
  { readonly event: MovieEvent; readonly atMs: number; readonly ownId?: string } | { readonly fault: string };

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
  /** @param header the first line, where the format has one. @param observedAtMs when the file's state was so, for formats without times. */
  parser(header: string, observedAtMs: number): ParseLine;
}
