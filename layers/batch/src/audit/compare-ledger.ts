/**
 * Whether the ledger of late events has what a recompute finds late, event by event in the order of the log, so that neither side is held in memory. Rows
 * of before the archive's opening balance are not looked at: their events are gone.
 */
import { isDeepStrictEqual } from 'node:util';
import type { PartitionId } from '@rushes/domain';
import { quoteLiteral } from '@rushes/ports/batch-engine';
import type { RunContext } from '../context/run-context.ts';
import { LATE_EVENTS } from '../models/event-tables.ts';
import type { Difference } from './compare-states.ts';
import type { LateRow } from './recompute.ts';

export interface LedgerRange {
  readonly partition: PartitionId;
  /** Where the recompute begins. */
  readonly from: number;
  readonly cut: number;
  readonly version: number;
  /** Only rows of these views: what the recompute knows all states of. */
  readonly views: readonly string[];
  readonly differ: (difference: Difference) => void;
}

export interface LedgerComparison {
  /** The next rows that have to be there, by offset and view. */
  readonly expect: (rows: readonly LateRow[]) => Promise<void>;
  /** No row is expected any more. Returns how many were compared. */
  readonly end: () => Promise<number>;
}

const storedRows = async function* ({ engine, signal }: RunContext, { partition, from, cut, views }: LedgerRange): AsyncGenerator<LateRow> {
  const named = views.length === 0 ? 'false' : `"view" IN (${views.map(quoteLiteral).join(', ')})`;
  const select =
    `SELECT CAST(to_json({'offset': "offset", 'view': "view", 'id': id, 'late_ms': late_ms, 'before': CAST("before" AS JSON), 'after': CAST("after" AS JSON)}) AS VARCHAR) ` +
    `FROM ${LATE_EVENTS.name} WHERE "partition" = ${quoteLiteral(partition)} AND "offset" >= ${from} AND "offset" < ${cut} AND ${named} ORDER BY "offset", "view"`;
  for await (const texts of engine.streamText(select, signal)) for (const text of texts) yield JSON.parse(text) as LateRow; // as: the columns selected
};

/** Whether a row stands before another, or there is no other. */
const isBefore = (one: LateRow, other: LateRow): boolean =>
  one.offset < other.offset || (one.offset === other.offset && one.view < other.view);

/** The table has to be defined. */
export const compareLedger = (run: RunContext, range: LedgerRange): LedgerComparison => {
  const stored = storedRows(run, range);
  const next = async (): Promise<LateRow | undefined> => {
    const { value, done } = await stored.next();
    return done === true ? undefined : value;
  };
  let row: Promise<LateRow | undefined> | undefined;
  let compared = 0;
  const differ = ({ offset, view }: LateRow, found: unknown, expected: unknown): void => {
    compared += 1;
    if (isDeepStrictEqual(found, expected)) return;
    const { partition, version } = range;
    range.differ({ partition, view, key: `the event at offset ${offset}`, part: 'ledger', number: version, found, expected });
  };
  return {
    async expect(rows) {
      for (const wanted of rows) {
        if (!range.views.includes(wanted.view)) continue;
        let found = await (row ??= next());
        while (found && isBefore(found, wanted)) {
          differ(found, found, null);
          found = await (row = next());
        }
        const isThere = found !== undefined && !isBefore(wanted, found);
        differ(wanted, isThere ? found : null, wanted);
        if (isThere) row = undefined;
      }
    },
    async end() {
      for (let found = await (row ?? next()); found; found = await next()) differ(found, found, null);
      return compared;
    },
  };
};
