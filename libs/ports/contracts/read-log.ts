/** What tests read of a log: all of a partition at once. */
import type { LogPartition } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';

/** A partition's records from an offset on, before another; by default all that are there. */
export const readLog = async (log: EventLog, partition: LogPartition, from?: number, to?: number): Promise<LogRecord[]> => {
  const { earliest, next } = boundsAt(await log.bounds(), partition);
  const all: LogRecord[] = [];
  for await (const records of log.range(partition, from ?? earliest, to ?? next)) all.push(...records);
  return all;
};
