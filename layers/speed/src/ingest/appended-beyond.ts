/**
 * What a replay that died had appended after it last wrote its cursor. Looked up in the log itself, so going on is exact however long ago that was, also
 * when readers would not take the same id for a duplicate any more.
 */
import { offsetAt, PARTITIONS } from '@rushes/domain';
import type { EventLog } from '@rushes/ports';

import type { Cursor } from './cursor.ts';
import { isIdOf } from './source.ts';

const READ_RECORDS = 1000;

/** Ids of the source's events behind its cursor. */
export const appendedBeyond = async (log: EventLog, { source, after }: Pick<Cursor, 'source' | 'after'>): Promise<Set<string>> => {
  const ids = new Set<string>();
  for (const partition of PARTITIONS) {
    const { earliest } = await log.bounds(partition);
    let from = Math.max(earliest, offsetAt(after, partition));
    for (;;) {
      const records = await log.read(partition, from, READ_RECORDS);
      for (const record of records) if (record.kind === 'event' && isIdOf(source, record.id)) ids.add(record.id);
      const last = records.at(-1);
      if (last === undefined) break;
      from = last.offset + 1;
    }
  }
  return ids;
};
