/**
 * Appends made-up events to a log: `append.ts DATA HOW EVENTS MOVIES PER_CALL CALLERS SEED`. HOW is `log` for the embedded event log in DATA, or
 * `bare`: a loop that inserts the same records into a table of a SQLite file with the same settings, a transaction for what is under way at once.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { NewRecord } from '@rushes/ports';

import { usage } from '../../process/usage.ts';
import { titleIds } from '../live-folder.ts';
import { makeEvents } from '../made-events.ts';
import type { Throughput } from '../measured.ts';
import { openBenchStores } from '../open-bench-stores.ts';

const [data = '', how = '', ...numbers] = process.argv.slice(2);
const [events = 0, movies = 0, perCall = 1, callers = 1] = numbers.map(Number);
const seed = numbers[4] ?? 'append';

/** Event times lie in the time between two batch runs. */
const SPREAD_MS = 4 * 3_600_000;

const stores = await openBenchStores(data);
const maker = makeEvents(await titleIds(stores.views, movies), seed);
const now = Date.now();
const calls: NewRecord[][] = [];
for (let made = 0; made < events; made += perCall)
  calls.push(Array.from({ length: Math.min(perCall, events - made) }, (_, at) => maker.next(now - SPREAD_MS * (1 - (made + at) / events))));

const intoLog = async (): Promise<void> => {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) await stores.log.append(call);
  };
  await Promise.all(Array.from({ length: callers }, caller));
};

const bare = new DatabaseSync(join(data, 'bare.sqlite'));
bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
bare.exec(
  'CREATE TABLE IF NOT EXISTS records (position INTEGER PRIMARY KEY, appended_ms INTEGER, partition TEXT, key TEXT, id TEXT, value TEXT) STRICT',
);
const insert = bare.prepare('INSERT INTO records (appended_ms, partition, key, id, value) VALUES (?, ?, ?, ?, ?)');
const intoTable = (): void => {
  for (let next = 0; next < calls.length; next += callers) {
    bare.exec('BEGIN IMMEDIATE');
    for (const call of calls.slice(next, next + callers))
      for (const { partition, key, id, value } of call) insert.run(Date.now(), partition, key, id, value);
    bare.exec('COMMIT');
  }
};

const [before, started] = [usage().cpuMs, performance.now()];
if (how === 'log') await intoLog();
else intoTable();
const ms = performance.now() - started;
const { cpuMs, peakMb } = usage();
bare.close();
await stores.close();
const measured: Throughput = { events, ms, cpuMs: cpuMs - before, peakMb };
console.log(JSON.stringify(measured));
