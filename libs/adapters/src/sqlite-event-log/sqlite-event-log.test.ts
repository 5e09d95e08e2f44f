import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { EventLog } from '@rushes/ports';
import { eventLogContract } from '@rushes/ports/contracts/event-log';

import { openSqliteEventLog } from './index.ts';

eventLogContract({
  name: 'SQLite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
    let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
    const opened: EventLog[] = [];
    const open = async (options: { readonly traces: boolean } = { traces: false }): Promise<EventLog> => {
      const log = await openSqliteEventLog(folder, { now: () => nowMs, ...options });
      opened.push(log);
      return log;
    };
    return {
      log: await open(),
      reopen: open,
      nowMs: () => nowMs,
      advance: async (milliseconds) => void (nowMs += milliseconds),
      dispose: async () => {
        for (const log of opened) await log.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
