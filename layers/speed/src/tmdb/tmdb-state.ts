/**
 * What the poller keeps: of each film what was said last, which title each film is linked to and the reverse, and how far polling is.
 *
 * It lies in the lake, as small sealed records: so whichever process polls next, on whatever host, goes on with it, and backups and copies of the system have
 * it. It is not derived: views lie up to a run behind the log, and what they show does not say which reviews were appended. Films are spread over a fixed number of
 * records, so that a chunk of films rewrites a part of them.
 *
 * Invariant: what is kept as said is in the log. `save` comes after the append, films before the cursor; `after` in the cursor says from where on the log may
 * have more than is kept.
 */
import type { OffsetVector } from '@rushes/domain';
import { DamagedRecordError, type ObjectStore, sealJson, unsealJson } from '@rushes/ports';
import { TerminalError } from '@rushes/runtime';

import type { FilmRecord } from './film-record.ts';
import type { DayUse } from './request-pace.ts';

export interface ChangesCursor {
  /** The day whose changes are asked for, UTC. */
  readonly day: string;
  /** Pages of it that are done in this pass. */
  readonly page: number;
  /** When this pass began; films asked for since are not asked for again. */
  readonly passAtMs: number;
  /** When the last pass ended; `null`: none has. */
  readonly doneAtMs: number | null;
}

export interface TmdbCursor {
  /** No event of the source that is not kept as said lies before these offsets. */
  readonly after: OffsetVector;
  readonly use: DayUse | undefined;
  readonly changes: ChangesCursor | undefined;
  /** By list, when it was read last. */
  readonly lists: Readonly<Record<string, number>>;
}

export interface Backfill {
  /** An id of its own. */
  readonly id: string;
  /** First and last day, UTC. */
  readonly from: string;
  readonly to: string;
  /** The day that is being asked for, and pages of it that are done. */
  readonly day: string;
  readonly page: number;
  readonly pages: number;
  readonly films: number;
  readonly events: number;
  readonly requestedAtMs: number;
  readonly endedAtMs: number | null;
}

/** A film by what its title is linked to. */
interface Claim {
  readonly id: number;
}

export interface TmdbState {
  film(id: number): Promise<FilmRecord | undefined>;
  setFilm(id: number, record: FilmRecord): Promise<void>;
  /** The film that a title of IMDb's is linked to. */
  claimOf(tconst: string): Promise<number | undefined>;
  /** @param id `undefined`: no film's any more. */
  setClaim(tconst: string, id: number | undefined): Promise<void>;
  readCursor(): Promise<TmdbCursor | undefined>;
  /** What was set since, then the cursor. */
  save(cursor: TmdbCursor): Promise<void>;
  readBackfill(): Promise<Backfill | undefined>;
  writeBackfill(backfill: Backfill): Promise<void>;
}

const FORMAT = 1;
const PREFIX = 'sources/tmdb';
const CURSOR = `${PREFIX}/cursor.json`;
const BACKFILL = `${PREFIX}/backfill.json`;
const SHARDS = 256;
/** Records that stay in memory between chunks; each is of some tens of kilobytes. */
const MOST_KEPT = 64;

type Shard = Map<string, unknown>;

const keyOf = (kind: 'films' | 'titles', number: number): string => `${PREFIX}/${kind}/${String(number % SHARDS).padStart(3, '0')}.json`;

export const openTmdbState = (objects: ObjectStore): TmdbState => {
  const shards = new Map<string, Shard>();
  const changed = new Set<string>();

  const read = async (key: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const bytes = await objects.get(key);
    if (bytes === undefined) return undefined;
    try {
      const value = unsealJson(bytes) as { readonly format?: unknown }; // as: looked at below
      if (value.format !== FORMAT) throw new DamagedRecordError(`has the format ${JSON.stringify(value.format)}`);
      return value;
    } catch (cause) {
      if (!(cause instanceof DamagedRecordError)) throw cause;
      throw new TerminalError(`${key} in ${objects.location} ${cause.message}`, {
        hint: 'Delete it, or put it back from a backup. What it said of films is said anew then; reviews that were appended more than 48 hours ago would count twice.',
        cause,
      });
    }
  };
  const shardOf = async (key: string): Promise<Shard> => {
    let shard = shards.get(key);
    if (shard === undefined) {
      const record = await read(key);
      shards.set(key, (shard = new Map(Object.entries((record?.['entries'] ?? {}) as Record<string, unknown>)))); // as: written below
    }
    return shard;
  };
  const put = (key: string, value: object): Promise<void> => objects.put(key, sealJson({ format: FORMAT, ...value }));
  const titleShard = (tconst: string): string => keyOf('titles', Number(tconst.slice(2)));

  return {
    film: async (id) => (await shardOf(keyOf('films', id))).get(String(id)) as FilmRecord | undefined, // as: set below
    async setFilm(id, record) {
      const key = keyOf('films', id);
      (await shardOf(key)).set(String(id), record);
      changed.add(key);
    },
    claimOf: async (tconst) => ((await shardOf(titleShard(tconst))).get(tconst) as Claim | undefined)?.id, // as: set below
    async setClaim(tconst, id) {
      const key = titleShard(tconst);
      const shard = await shardOf(key);
      if (id === undefined) shard.delete(tconst);
      else shard.set(tconst, { id } satisfies Claim);
      changed.add(key);
    },
    readCursor: async () => (await read(CURSOR))?.['cursor'] as TmdbCursor | undefined, // as: written below, under a checksum
    async save(cursor) {
      for (const key of changed) {
        await put(key, { entries: Object.fromEntries(await shardOf(key)) });
        changed.delete(key);
      }
      await put(CURSOR, { cursor });
      for (const key of shards.keys()) {
        if (shards.size <= MOST_KEPT) break;
        shards.delete(key);
      }
    },
    readBackfill: async () => (await read(BACKFILL))?.['backfill'] as Backfill | undefined, // as: written below, under a checksum
    writeBackfill: (backfill) => put(BACKFILL, { backfill }),
  };
};
