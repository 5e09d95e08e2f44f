/**
 * Where records stand in traces, in a table beside them. It is made by the first process that traces, is no part of the file's format, and no checksum covers
 * it: programs that know nothing of it use the file as before, and what it says changes no answer.
 */
import type { LogRecord, TraceContext } from '@rushes/ports';
import type { LogFile } from './log-file.ts';
import { endOf, positionOf } from './schema.ts';

const TABLE = `
CREATE TABLE IF NOT EXISTS traces (position INTEGER PRIMARY KEY, traceparent TEXT NOT NULL, tracestate TEXT) STRICT;`;

const isThere = ({ database }: LogFile): boolean =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'traces'").get() !== undefined;

export interface RecordTraces {
  /** To be called within a transaction. */
  put(position: number, trace: TraceContext): void;
  /** The same records of a partition, in their order, those that are part of a trace with it. Never throws. */
  add(partition: number, records: readonly LogRecord[]): readonly LogRecord[];
}

/** Makes the table where it is not there and the file may be written to; `undefined` without one. */
export const openTraces = async (file: LogFile, readOnly: boolean): Promise<RecordTraces | undefined> => {
  const { database } = file;
  if (!isThere(file)) {
    if (readOnly) return undefined;
    await file.writing(() => database.exec(TABLE));
  }
  const insert = database.prepare('INSERT OR REPLACE INTO traces VALUES (?, ?, ?)');
  const select = database.prepare('SELECT position, traceparent, tracestate FROM traces WHERE position >= ? AND position < ?');
  const read = (partition: number, from: number, to: number): ReadonlyMap<number, TraceContext> =>
    new Map(
      select.all(positionOf(partition, from), Math.min(positionOf(partition, to), endOf(partition))).map((row) => {
        const tracestate = row['tracestate'];
        return [
          Number(row['position']),
          { traceparent: String(row['traceparent']), ...(typeof tracestate === 'string' ? { tracestate } : {}) },
        ];
      }),
    );
  return {
    put: (position, { traceparent, tracestate }) => void insert.run(position, traceparent, tracestate ?? null),
    add(partition, records) {
      const [first, last] = [records[0], records.at(-1)];
      if (first === undefined || last === undefined) return records;
      try {
        const known = read(partition, first.offset, last.offset + 1);
        if (known.size === 0) return records;
        return records.map((record) => {
          const trace = record.kind === 'event' ? known.get(positionOf(partition, record.offset)) : undefined;
          return trace === undefined ? record : { ...record, trace };
        });
      } catch {
        // Records are worth more than what is told of their way.
        return records;
      }
    },
  };
};

/**
 * Forgets those of a partition before an offset, also where this process does not trace, and those that an earlier release left when it trimmed. To be called
 * within a transaction.
 */
export const forgetTraces = (file: LogFile, partition: number, before: number): void => {
  if (!isThere(file)) return;
  const remove = file.database.prepare('DELETE FROM traces WHERE position >= ? AND position < ?');
  remove.run(positionOf(partition, 0), positionOf(partition, before));
};
