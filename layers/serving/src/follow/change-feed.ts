/**
 * What all followers of a process are told of changes. Followers that have come equally far read the same, so it is read once for all of them, and its texts
 * are made once. Invariants: what was read between two positions never changes; a read that failed is not kept.
 */
import { foldText, type OffsetVector } from '@rushes/domain';
import { SET_SEPARATOR, type SpeedStore } from '@rushes/ports';
import { LRUCache } from 'lru-cache';

import type { Gate } from '../admission/gate.ts';
import { positionText } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { ViewReaders } from '../merge/view-readers.ts';
import { entriesOf, readChanges } from './read-changes.ts';

/** One title of a change record. */
export interface FedEntry {
  readonly movieId: string;
  /** JSON, as `/changes` gives it. */
  readonly text: string;
}

/** One change record. */
export interface FedChange {
  readonly entries: readonly FedEntry[];
  /** The position after it, for one who has been told all that is before it in the batch. */
  readonly id: string;
}

export interface FedBatch {
  readonly changes: readonly FedChange[];
  readonly reached: OffsetVector;
  /** Whether there may be more to read now. */
  readonly more: boolean;
}

export interface ChangeFeed {
  /**
   * Changes since a position, as far as a snapshot goes.
   * @throws Problem (410) if some are not kept any more.
   */
  read(since: OffsetVector, until: OffsetVector): Promise<FedBatch>;
  /** The ids of a batch's titles that have a genre (folded), by the batch layer's version or with all events: a change may have given it, or taken it away. */
  ofGenre(batch: FedBatch, genre: string, snapshot: Snapshot): Promise<ReadonlySet<string>>;
}

const RECORDS_PER_READ = 50;
/** Texts that are kept for followers that come later, in characters. */
const KEPT_CHARACTERS = 8 * 1024 * 1024;
const TITLES_PER_READ = 1000;

const charactersOf = ({ changes }: FedBatch): number =>
  1 + changes.reduce((sum, { id, entries }) => sum + id.length + entries.reduce((texts, { text }) => texts + text.length, 0), 0);

/** The genres of titles, as a view says. */
const readGenres = async ({ titles }: Pick<ViewReaders, 'titles'>, ids: readonly string[]): Promise<(readonly [string, string])[]> => {
  const found: (readonly [string, string])[] = [];
  for (let from = 0; from < ids.length; from += TITLES_PER_READ)
    for (const { key, columns } of await titles.getMany(ids.slice(from, from + TITLES_PER_READ), { columns: ['genre_keys'] }))
      if (typeof columns[0] === 'string') found.push([key, columns[0]]);
  return found;
};

/** @param gate through which reading waits in line with what else is computed. */
export const createChangeFeed = (speed: Pick<SpeedStore, 'changesAfter' | 'progress'>, gate: Pick<Gate, 'run'>): ChangeFeed => {
  const kept = new LRUCache<string, FedBatch>({ maxSize: KEPT_CHARACTERS, sizeCalculation: charactersOf });
  const reading = new Map<string, Promise<FedBatch>>();
  const genres = new WeakMap<FedBatch, Promise<readonly (readonly [id: string, genres: string])[]>>();

  const read = async (since: OffsetVector, until: OffsetVector): Promise<FedBatch> => {
    const { changes, reached, more } = await gate.run(() => readChanges(speed, since, until, RECORDS_PER_READ));
    let position = since;
    const fed = changes.map((change): FedChange => {
      position = { ...position, [change.partition]: change.to };
      return {
        entries: entriesOf(change).map((entry) => ({ movieId: entry.movie_id, text: JSON.stringify(entry) })),
        id: positionText(position),
      };
    });
    return { changes: fed, reached, more };
  };

  return {
    read(since, until) {
      const name = `${positionText(since)} ${positionText(until)}`;
      const known = kept.get(name);
      if (known !== undefined) return Promise.resolve(known);
      const begun =
        reading.get(name) ??
        read(since, until)
          .then((batch) => {
            // What is not there yet may be by the next time.
            if (batch.changes.length > 0 || !batch.more) kept.set(name, batch);
            return batch;
          })
          .finally(() => reading.delete(name));
      reading.set(name, begun);
      return begun;
    },
    async ofGenre(batch, genre, snapshot) {
      const look = async (): Promise<readonly (readonly [string, string])[]> => {
        const ids = [...new Set(batch.changes.flatMap(({ entries }) => entries.map(({ movieId }) => movieId)))];
        snapshot.pin();
        try {
          return (await gate.run(() => Promise.all([readGenres(snapshot.batch, ids), readGenres(snapshot.views, ids)]))).flat();
        } finally {
          snapshot.release();
        }
      };
      const looked = genres.get(batch) ?? look();
      genres.set(batch, looked);
      looked.catch(() => genres.delete(batch));
      const wanted = foldText(genre);
      return new Set((await looked).flatMap(([id, keys]) => (keys.split(SET_SEPARATOR).includes(wanted) ? [id] : [])));
    },
  };
};
