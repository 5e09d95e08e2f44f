import type { LogFile } from './database.ts';
import { endOf, offsetOf, positionOf } from './positions.ts';

/**
 * The first offset from `earliest` up to `next` whose record was appended at a time or later, `next` if there is none: by bisection, since times never
 * go down as offsets go up. Offsets without a record, of a log that was begun anew, count as the next record does. To be called within a transaction.
 */
export const offsetFinder = (file: LogFile): ((partition: number, timeMs: number) => number) => {
  const bounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');
  const recordFrom = file.database.prepare(
    'SELECT position, appended_ms AS time FROM records WHERE position >= ? AND position < ? ORDER BY position LIMIT 1',
  );
  return (partition, timeMs) => {
    const row = bounds.get(partition);
    const next = Number(row?.['next']);
    let low = Number(row?.['earliest']);
    let high = next;
    let found = next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const record = recordFrom.get(positionOf(partition, middle), endOf(partition));
      const offset = record === undefined ? next : offsetOf(Number(record['position']));
      if (record === undefined || Number(record['time']) >= timeMs) [high, found] = [middle, offset];
      else low = offset + 1;
    }
    return found;
  };
};
