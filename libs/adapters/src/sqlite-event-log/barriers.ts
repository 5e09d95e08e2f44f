import type { EventLog } from '@rushes/ports';
import type { LogFile } from './database.ts';
import { endOf, offsetOf, positionOf } from './positions.ts';

/** Where the barriers stand. They stay known when their records are trimmed. */
export type Barriers = Pick<EventLog, 'findBarrier' | 'highestBarrier' | 'highestBarrierBefore'>;

export const barriersIn = (file: LogFile): Barriers => {
  const { database } = file;
  const first = database.prepare(
    'SELECT position, appended_ms FROM barriers WHERE number = ? AND position >= ? AND position < ? ORDER BY position LIMIT 1',
  );
  const highest = database.prepare('SELECT max(number) AS highest FROM barriers');
  const lastBefore = database.prepare('SELECT highest FROM barriers WHERE position >= ? AND position < ? ORDER BY position DESC LIMIT 1');
  const highestBefore = (partition: number, offset: number): number | undefined => {
    const row = lastBefore.get(positionOf(partition, 0), positionOf(partition, offset));
    return row === undefined ? undefined : Number(row['highest']);
  };
  return {
    async findBarrier(partition, number) {
      const at = file.numberOf(partition);
      return file.reading(() => {
        const row = first.get(number, positionOf(at, 0), endOf(at));
        if (row === undefined) return undefined;
        const offset = offsetOf(Number(row['position']));
        return {
          barrier: { kind: 'barrier', offset, appendedAtMs: Number(row['appended_ms']), number },
          highestBefore: highestBefore(at, offset),
        };
      });
    },
    highestBarrier: async () => file.reading(() => Number(highest.get()?.['highest'] ?? 0)),
    async highestBarrierBefore(partition, offset) {
      const at = file.numberOf(partition);
      return file.reading(() => highestBefore(at, offset) ?? 0);
    },
  };
};
