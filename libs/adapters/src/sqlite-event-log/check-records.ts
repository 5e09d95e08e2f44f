import type { NewRecord } from '@rushes/ports';
import type { LogFile } from './database.ts';

/** Refuses what could not be read back as it was given, before anything of it is written. */
export const checkRecords = (file: LogFile, records: readonly NewRecord[]): void => {
  for (const [at, record] of records.entries()) {
    file.numberOf(record.partition);
    const where = `record ${at + 1} of ${records.length} for ${record.partition}`;
    for (const name of ['key', 'id'] as const) {
      if (record[name] === '') throw new RangeError(`${where} has an empty ${name}`);
    }
    for (const name of ['key', 'id', 'value'] as const) {
      if (!record[name].isWellFormed()) throw new RangeError(`${where}: its ${name} has half of a surrogate pair, which is no text`);
    }
  }
};

export const checkBarrier = (number: number): void => {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`a barrier's number is a positive integer, not ${number}`);
};
