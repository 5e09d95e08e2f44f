/** The rows of a change record as one text, without what the record says of all of them: partition, epoch and generation. */
import { changeBytes, type ChangeRecord, MAX_CHANGE_BYTES, type SpeedRow } from '@rushes/ports';

type StoredRow = readonly [view: string, key: string, lastOffset: number, appendedAtMs: number, state: string];

/** @throws RangeError if they come to more than `MAX_CHANGE_BYTES`, or are not of the record's partition, epoch and generation. */
export const changeRowsText = ({ partition, from, to, epoch, generation, rows }: ChangeRecord): string => {
  const bytes = rows.reduce((sum, row) => sum + changeBytes(row), 0);
  if (bytes > MAX_CHANGE_BYTES)
    throw new RangeError(
      `the change record of ${partition} from ${from} to ${to} has rows of about ${bytes} B: at most ${MAX_CHANGE_BYTES}`,
    );
  return JSON.stringify(
    rows.map((row): StoredRow => {
      if (row.partition !== partition || row.epoch !== epoch || row.generation !== generation)
        throw new RangeError(
          `a row of ${row.partition}, epoch ${row.epoch}.${row.generation}, in a change record of ${partition}, epoch ${epoch}.${generation}`,
        );
      return [row.view, row.key, row.lastOffset, row.appendedAtMs, row.state];
    }),
  );
};

/** @param text what `changeRowsText` made: a checksum has to say so before. */
export const rowsInChange = (
  { partition, epoch, generation }: Pick<ChangeRecord, 'partition' | 'epoch' | 'generation'>,
  text: string,
): readonly SpeedRow[] =>
  // as: see above
  (JSON.parse(text) as readonly StoredRow[]).map(([view, key, lastOffset, appendedAtMs, state]) => ({
    view,
    key,
    epoch,
    partition,
    generation,
    lastOffset,
    appendedAtMs,
    state,
  }));
