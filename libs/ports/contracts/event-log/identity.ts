import { boundsAt } from '@rushes/ports';
import { describe, expect, test } from 'vitest';

import { newRecords, RATINGS } from './made-up-records.ts';
import { logForEach, type OpenEventLog } from './opened-log.ts';

export const identityTests = (open: OpenEventLog): void => {
  describe('identity', () => {
    const given = logForEach(open);

    test('is a text of its own for each log', async () => {
      const other = await open();
      expect(given.log.id).toMatch(/^[\w.:/-]{8,200}$/);
      expect(other.log.id).not.toBe(given.log.id);
      await other.dispose();
    });

    test('is the same for every client, also after the log was closed', async () => {
      const { id } = given.log;
      const others = await Promise.all(Array.from({ length: 5 }, () => given.opened.reopen()));
      expect(others.map((log) => log.id)).toEqual(others.map(() => id));
      for (const log of [given.log, ...others]) await log.close();
      expect((await given.opened.reopen()).id).toBe(id);
    });

    test('stays when records come and go', async () => {
      const { id } = given.log;
      await given.log.append(newRecords(RATINGS, 5));
      await given.log.appendBarrier(1);
      const { next } = boundsAt(await given.log.bounds(), RATINGS);
      await given.opened.advance(given.log.retentionMs + 3_600_000);
      await given.log.trim({ [RATINGS]: next });
      expect([given.log.id, (await given.opened.reopen()).id]).toEqual([id, id]);
    });
  });
};
