/**
 * Names of what there are rows of (epochs of a view, buckets of a partition), so that readers know where to look. An entry is written beside the first row, lives
 * longer than the rows, and is written again before it could expire; this process remembers until when it lives.
 */
import { sealCell } from './sealed-cell.ts';
import type { Statement } from './session.ts';
import { nextTimestampUs } from './write-clock.ts';

/** Entries live longer than rows by their time to live, an hour at most: so they are written seldom. */
const LONGER_S = 3_600;

export interface Listing {
  /** The statement that lists the name, or none if it is listed for long enough; `confirm` is called once it was written. */
  entry(
    name: readonly (string | bigint | number)[],
    checksum: string,
    ttlS: number,
  ): { readonly statement: Statement; readonly confirm: () => void } | undefined;
}

/** @param elapsedMs of a clock that never steps back. */
export const listingOf = (insert: string, elapsedMs: () => number = () => performance.now()): Listing => {
  const until = new Map<string, number>();
  return {
    entry(name, checksum, ttlS) {
      const id = name.join('\n');
      const needed = elapsedMs() + ttlS * 1_000;
      if ((until.get(id) ?? 0) >= needed) return undefined;
      const longer = Math.min(ttlS, LONGER_S);
      return {
        statement: { query: insert, params: [...name, checksum, nextTimestampUs(), ttlS + longer] },
        confirm: () => {
          until.set(id, needed + (longer - 1) * 1_000);
        },
      };
    },
  };
};

/** As long as rows live that are in use, and an hour. */
const RELISTED_S = 176_400;

/** An entry once more, in the place of one that is damaged. */
export const relisted = (insert: string, name: readonly (string | bigint | number)[], key: readonly (string | number)[]): Statement => ({
  query: insert,
  params: [...name, sealCell(key, []), nextTimestampUs(), RELISTED_S],
});
