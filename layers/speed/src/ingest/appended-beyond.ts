/**
 * What a replay that died had appended after it last wrote its cursor. Looked up in the log itself, so going on is exact however long ago that was, also
 * when readers would not take the same id for a duplicate any more.
 */
import { offsetAt, PARTITIONS } from '@rushes/domain';
import { boundsAt, type EventLog } from '@rushes/ports';

import type { Cursor } from './cursor.ts';
import { isIdOf } from './source.ts';

/** Ids of the source's events behind its cursor. */
export const appendedBeyond = async (log: EventLog, { source, after }: Pick<Cursor, 'source' | 'after'>): Promise<Set<string>> => {
  const ids = new Set<string>();
  const bounds = await log.bounds();
  for (const partition of PARTITIONS) {
    const { earliest, next } = boundsAt(bounds, partition);
    for await (const records of log.range(partition, Math.max(earliest, offsetAt(after, partition)), next))
      for (const record of records) if (record.kind === 'event' && isIdOf(source, record.id)) ids.add(record.id);
  }
  return ids;
};
