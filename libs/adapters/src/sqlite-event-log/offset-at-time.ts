import type { LogFile } from './database.ts';
import { positionOf } from './positions.ts';

/**
 * The first offset from `earliest` up to `next` whose record was appended at a time or later, `next` if there is none: by bisection, since times never
 * go down as offsets go up. To be called within a transaction.
 */
export const offsetFinder = (file: LogFile): ((partition: number, timeMs: number) => number) => {
  const bounds = file.database.prepare('SELECT earliest, next FROM partitions WHERE number = ?');
  const time = file.database.prepare('SELECT appended_ms AS time FROM records WHERE position = ?');
  return (partition, timeMs) => {
    const row = bounds.get(partition);
    let low = Number(row?.['earliest']);
    let high = Number(row?.['next']);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (Number(time.get(positionOf(partition, middle))?.['time']) >= timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};
