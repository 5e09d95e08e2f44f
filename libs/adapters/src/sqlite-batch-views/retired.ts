import { rm } from 'node:fs/promises';
import { isThereSync } from '../crash-safety/entries.ts';
import { sync } from '../crash-safety/sync.ts';
import { removeSeals } from './damage.ts';
import { type StoreFile, hasTable } from './publications.ts';

/**
 * Artefacts that no version needs any more, with the time since when. Invariant: an artefact is removed, and comes back into use, only by whoever has
 * the store's file locked, so no artefact is removed that somebody has just taken into use.
 */
export interface Retired {
  names(): Promise<ReadonlySet<string>>;
  add(artefacts: readonly string[]): Promise<void>;
  /** Returns those that are not there. */
  revive(artefacts: readonly string[]): Promise<readonly string[]>;
  /** Makes an artefact visible by `give`, and takes it into use. */
  publish(artefact: string, give: () => Promise<void>): Promise<void>;
  drop(graceMs: number, signal?: AbortSignal): Promise<readonly string[]>;
}

const INSERT = 'INSERT OR IGNORE INTO retired VALUES (?, ?)';
const DELETE = 'DELETE FROM retired WHERE artefact = ?';
const LIST = 'SELECT artefact FROM retired';
/** What a clock that was ahead wrote counts from now on. */
const RIGHT_CLOCK = 'UPDATE retired SET at_ms = ? WHERE at_ms > ?';
const DUE = 'SELECT artefact FROM retired WHERE at_ms <= ? ORDER BY artefact';

export const openRetired = (file: StoreFile, folder: string, pathOf: (artefact: string) => string, now: () => number): Retired => ({
  names: async () =>
    file.isThere()
      ? file.use(
          (database) =>
            new Set(
              database && hasTable(database, 'retired')
                ? database
                    .prepare(LIST)
                    .all()
                    .map((row) => String(row['artefact']))
                : [],
            ),
        )
      : new Set<string>(),

  async add(artefacts) {
    await file.use((database) => {
      for (const artefact of artefacts) if (isThereSync(pathOf(artefact))) database?.prepare(INSERT).run(artefact, now());
    });
  },

  async revive(artefacts) {
    if (file.isThere())
      await file.use((database) => {
        for (const artefact of artefacts) database?.prepare(DELETE).run(artefact);
      });
    return artefacts.filter((artefact) => !isThereSync(pathOf(artefact)));
  },

  async publish(artefact, give) {
    // Without the file nobody has retired anything.
    if (!file.isThere()) return give();
    return file.alone(async (database) => {
      await give();
      database.prepare(DELETE).run(artefact);
    });
  },

  async drop(graceMs, signal) {
    if (!file.isThere()) return [];
    const due = await file.use((database) => {
      database?.prepare(RIGHT_CLOCK).run(now(), now());
      return database?.prepare(DUE).all(now() - graceMs) ?? [];
    });
    const dropped: string[] = [];
    for (const { artefact } of due) {
      signal?.throwIfAborted();
      const name = String(artefact);
      await file.alone(async (database) => {
        // Somebody may have taken it into use meanwhile.
        if (database.prepare(DELETE).run(name).changes === 0) return;
        // The file first: what cannot be opened is not there, whatever is left of it.
        await rm(pathOf(name), { force: true });
        await removeSeals(pathOf(name));
        await sync(folder);
        dropped.push(name);
      });
    }
    return dropped;
  },
});
