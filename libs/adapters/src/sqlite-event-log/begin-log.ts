import { offsetAt } from '@rushes/domain';
import type { LogBeginning, LogRecord } from '@rushes/ports';
import { recordChecksum } from '../record-checksum/record-checksum.ts';
import { recordWriter } from './append.ts';
import { type LogFile, openFile } from './log-file.ts';
import { positionOf, SUMMED } from './schema.ts';

/**
 * Makes a log that goes on where a lost one ended. Invariant: an offset that was ever given is in it with the record that it was given to, or empty; it
 * is never given again.
 */

const recordInserter = (file: LogFile): ((partition: number, records: readonly LogRecord[]) => Promise<void>) => {
  const { database } = file;
  const insert = database.prepare(`INSERT INTO records (${SUMMED}, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const readTail = database.prepare('SELECT next, last_appended_ms AS last FROM partitions WHERE number = ?');
  const writeTail = database.prepare('UPDATE partitions SET next = ?, last_appended_ms = ? WHERE number = ?');
  return (partition, records) =>
    file.writing(() => {
      const tail = readTail.get(partition);
      let [next, lastMs] = [Number(tail?.['next']), Number(tail?.['last'])];
      for (const record of records) {
        const { offset, appendedAtMs } = record;
        if (offset < next || appendedAtMs < lastMs)
          throw new RangeError(
            `record ${offset} of ${String(file.partitions.get(partition))}, ${appendedAtMs} ms, after ${next - 1}, ${lastMs} ms`,
          );
        [next, lastMs] = [offset + 1, appendedAtMs];
        const position = positionOf(partition, offset);
        if (record.kind === 'event') {
          const values = [position, appendedAtMs, null, record.key, record.id, record.value] as const;
          insert.run(...values, recordChecksum(values));
          continue;
        }
        const values = [position, appendedAtMs, record.number, null, null, null] as const;
        insert.run(...values, recordChecksum(values));
      }
      writeTail.run(next, lastMs, partition);
    });
};

/**
 * @param path of a file that is not there.
 * @returns the new log's id. All of it is on the disk then.
 */
export const beginSqliteEventLog = async (
  path: string,
  beginning: LogBeginning,
  now: () => number,
  newId?: () => string,
): Promise<string> => {
  const file = await openFile(path, { newId });
  try {
    const insert = recordInserter(file);
    for await (const { partition, records } of beginning.records) await insert(file.numberOf(partition), records);
    const begin = file.database.prepare('UPDATE partitions SET earliest = ?, next = max(next, ?) WHERE number = ?');
    await file.writing(() => {
      for (const [partition, number] of file.numbers)
        begin.run(offsetAt(beginning.earliest, partition), offsetAt(beginning.next, partition), number);
    });
    const { barrier } = beginning;
    if (barrier === undefined) return file.id;
    const write = recordWriter(file);
    await file.writing(() => write([{ barrier }], Math.floor(now())));
    return file.id;
  } finally {
    file.database.close();
  }
};
