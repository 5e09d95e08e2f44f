/** What tests read of a log: all of a partition at once. */
import { type LogPartition, PARTITIONS } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';

/** A partition's records from an offset on, before another; by default all that are there. */
export const readLog = async (log: EventLog, partition: LogPartition, from?: number, to?: number): Promise<LogRecord[]> => {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  const all: LogRecord[] = [];
  for await (const records of log.range(partition, from ?? earliest, to ?? next)) all.push(...records);
  return all;
};

/** The highest barrier number in any partition, 0 if there is none. */
export const highestBarrier = async (log: EventLog): Promise<number> => {
  let highest = 0;
  for (const partition of PARTITIONS)
    for (const record of await readLog(log, partition)) if (record.kind === 'barrier') highest = Math.max(highest, record.number);
  return highest;
};
