/**
 * When each id was seen last, in a SQLite file that serves as memory: pages that are not in the cache lie in it, and nothing else. It is never committed,
 * never synced and has no journal, because it is worth nothing without the process.
 */
import { DatabaseSync } from 'node:sqlite';

export interface SeenIds {
  /** Notes that the id was seen now. Returns when it was seen before, unless that was forgotten. Times do not decrease. */
  see(id: string, timeMs: number): number | undefined;
  /** Forgets a few ids that were last seen before a time: more than `see` adds, so that old ones come to an end, and so few that no call takes long. */
  forgetSome(beforeMs: number): void;
  /** How many ids it holds. */
  count(): number;
  close(): void;
}

const FORGOTTEN_AT_ONCE = 8;

/** `seq` grows with time: an id that is seen again gets a new one. */
const SCHEMA = `
  CREATE TABLE seen (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, seen_ms INTEGER NOT NULL) STRICT;
  CREATE UNIQUE INDEX seen_by_id ON seen (id)`;

const onFile = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const what = `the ids that duplicates are told by cannot be kept in ${path} (${message})`;
    throw new Error(`${what}: see that its folder is writable and has space`, { cause });
  }
};

/** @param path of a file that is not there yet. */
export const openSeenIds = (path: string, cacheKib: number): SeenIds => {
  const database = onFile(path, () => {
    // Defensive SQLite insists on a journal, which would be a second file; a file that nobody reads again cannot be harmed.
    const opened = new DatabaseSync(path, { defensive: false });
    try {
      opened.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY');
      opened.exec(`PRAGMA cache_size = -${cacheKib}; BEGIN EXCLUSIVE; ${SCHEMA}`);
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  });
  const find = database.prepare('SELECT seen_ms FROM seen WHERE id = ?');
  const add = database.prepare('INSERT OR REPLACE INTO seen (id, seen_ms) VALUES (?, ?)');
  const oldest = database.prepare('SELECT seq, seen_ms FROM seen ORDER BY seq LIMIT ?');
  const remove = database.prepare('DELETE FROM seen WHERE seq = ?');
  const size = database.prepare('SELECT count(*) AS ids FROM seen');
  /** None was seen before. At most the time of the oldest, so that it need not be looked for each time. */
  let oldestMs = Number.NEGATIVE_INFINITY;

  return {
    see: (id, timeMs) =>
      onFile(path, () => {
        const seenMs = find.get(id)?.['seen_ms'];
        add.run(id, timeMs);
        return seenMs === undefined ? undefined : Number(seenMs);
      }),
    forgetSome: (beforeMs) =>
      onFile(path, () => {
        if (oldestMs >= beforeMs) return;
        for (const row of oldest.all(FORGOTTEN_AT_ONCE)) {
          oldestMs = Number(row['seen_ms']);
          if (oldestMs >= beforeMs) return;
          remove.run(Number(row['seq']));
        }
      }),
    count: () => onFile(path, () => Number(size.get()?.['ids'])),
    close: () => database.close(),
  };
};
