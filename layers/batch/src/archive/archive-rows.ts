/** A record of the log as a row of the archive. */
import type { PartitionId } from '@rushes/domain';
import type { Column } from '@rushes/ports/batch-engine';
import type { LogRecord } from '@rushes/ports';

export const ARCHIVE_COLUMNS: readonly Column[] = [
  { name: 'partition', type: 'VARCHAR' },
  { name: 'offset', type: 'BIGINT' },
  { name: 'appended_at_ms', type: 'BIGINT' },
  { name: 'kind', type: 'VARCHAR' },
  { name: 'key', type: 'VARCHAR' },
  { name: 'id', type: 'VARCHAR' },
  { name: 'value', type: 'VARCHAR' },
  { name: 'barrier', type: 'BIGINT' },
];

export const archiveRow = (partition: PartitionId, record: LogRecord): Readonly<Record<string, unknown>> => {
  const { offset, appendedAtMs, kind } = record;
  const place = { partition, offset, appended_at_ms: appendedAtMs, kind };
  return kind === 'barrier' ? { ...place, barrier: record.number } : { ...place, key: record.key, id: record.id, value: record.value };
};
