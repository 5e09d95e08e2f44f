/** What the cases of a run over a log are told with. */
import type { NewRecord } from '@rushes/ports';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { plainFold, type PlainFold } from './plain-fold.ts';
import { plainLate } from './plain-late.ts';
import { openVersionReader, type Row, type VersionReader } from './read-version.ts';
import { movieId } from './told-events.ts';

export const HOUR_MS = 3_600_000;

/** Before the log's clock. */
export const AT = '2025-12-31T12:00:00.000Z';

export interface OpenedCase {
  readonly data: LoggedFolder;
  readonly reader: VersionReader;
  append(...records: readonly NewRecord[]): Promise<void>;
  /** A movie's state in `keyed.movie_ratings` of the current version. */
  ratingsOf(movie: number): Promise<Row | undefined>;
  /** Keys of the lake's objects. */
  keys(prefix: string): Promise<readonly string[]>;
  /** What the current version's keyed views say of the log. */
  told(): Promise<PlainFold['views']>;
  /** What they have to say: a plain fold of the log up to the version's cut. */
  plain(): Promise<PlainFold['views']>;
  /** The current version's ledger of late events, and what it has to say. */
  late(): Promise<readonly Row[]>;
  plainLate(): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export const openCase = async (): Promise<OpenedCase> => {
  const data = await openLoggedFolder();
  const reader = await openVersionReader(data.stores.objects, data.root);
  return {
    data,
    reader,
    append: async (...records) => void (await data.stores.log.append(records)),
    ratingsOf: async (movie) => (await reader.keyed(await data.current()))['movie_ratings']?.[movieId(movie)],
    async keys(prefix) {
      const found: string[] = [];
      for await (const { key } of data.stores.objects.list(prefix)) found.push(key);
      return found;
    },
    told: async () => reader.keyed(await data.current()),
    plain: async () => (await plainFold(data.stores.log, (await data.current()).cut)).views,
    late: async () => reader.late(await data.current()),
    plainLate: async () => plainLate((await plainFold(data.stores.log, (await data.current()).cut)).counted),
    async close() {
      await reader.close();
      await data.close();
    },
  };
};
