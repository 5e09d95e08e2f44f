/** Other processes on one log: killed in the middle of appends, appending while this one waits, or with nothing left to do but wait. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type PartitionId, PARTITIONS } from '@rushes/domain';
import { boundsAt, type EventLog, type LogRecord } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { atDepth } from '@rushes/ports/contracts/depth';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteEventLog } from './index.ts';

let folder: string;
let log: EventLog;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-event-log-'));
  log = await openSqliteEventLog(folder);
});
afterEach(async () => {
  await log.close();
  await rm(folder, { recursive: true, force: true });
});

const adapter = new URL('./index.ts', import.meta.url).href;
const OPENED = `
  import { writeSync } from 'node:fs';
  import { openSqliteEventLog } from ${JSON.stringify(adapter)};
  const [folder, name] = process.argv.slice(1);
  const log = await openSqliteEventLog(folder);
`;

const start = (script: string, name: string): ChildProcessByStdio<null, Readable, null> =>
  spawn(process.execPath, ['--input-type=module', '--eval', OPENED + script, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });

/** A record's value follows from its id: one that was torn, or mixed up with another, shows. */
const valueOf = (id: string): string => `${id};`.repeat(500);

/** Eight callers that append three records at a time to three partitions, one more that appends barriers, each telling what was acknowledged. */
const APPEND_FOR_EVER = `
  const tell = (what) => writeSync(1, JSON.stringify(what) + '\\n');
  const callers = ${JSON.stringify(PARTITIONS)}.slice(0, 8).map(async (_, caller, partitions) => {
    for (let n = 0; ; n++) {
      const records = [0, 1, 2].map((at) => {
        const id = [name, caller, n, at].join('-');
        return { partition: partitions[(caller + at) % 8], key: 'k', id, value: (id + ';').repeat(500) };
      });
      const appended = await log.append(records);
      tell({ acknowledged: appended.map(({ partition, offset }, at) => [partition, offset, records[at].id]) });
    }
  });
  for (let number = Number(name) * 1e6; ; number++) {
    await log.appendBarrier(number);
    tell({ barrier: number });
  }
`;

type Told = { readonly acknowledged: readonly (readonly [PartitionId, number, string])[] } | { readonly barrier: number };

/** Kills the process at a moment that nobody has chosen, after it has told so many lines. */
const runAndKill = async (name: string, lines: number): Promise<Told[]> => {
  const child = start(APPEND_FOR_EVER, name);
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  while (text.split('\n').length <= lines) await once(child.stdout, 'data');
  await setTimeout(Math.random() * 20);
  child.kill('SIGKILL');
  const [, signal] = (await once(child, 'close')) as [unknown, string | null]; // as: Node's documented arguments
  expect(signal).toBe('SIGKILL');
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return whole.map((line) => JSON.parse(line) as Told); // as: what the script writes
};

const readWhole = async (partition: PartitionId): Promise<readonly LogRecord[]> => {
  const { next } = boundsAt(await log.bounds(), partition);
  const records = await readLog(log, partition);
  expect(records).toHaveLength(next);
  expect(records.filter(({ offset }, at) => offset !== at)).toEqual([]);
  return records;
};

const ROUNDS = atDepth({ quick: 2, deep: 12 });

test('kill -9 in the middle of appends: what was acknowledged is there, an append is there whole or not at all', async () => {
  const told: Told[] = [];
  for (let round = 1; round <= ROUNDS; round++) told.push(...(await runAndKill(String(round), 60 * round)));
  const all = new Map<PartitionId, readonly LogRecord[]>();
  for (const partition of PARTITIONS) all.set(partition, await readWhole(partition));

  const acknowledged = told.flatMap((one) => ('acknowledged' in one ? one.acknowledged : []));
  expect(acknowledged.length).toBeGreaterThan(100);
  const lost = acknowledged.filter(([partition, offset, id]) => {
    const record = all.get(partition)?.[offset];
    return record?.kind !== 'event' || record.id !== id;
  });
  expect(lost).toEqual([]);

  const events = [...all.values()].flat().filter((record) => record.kind === 'event');
  expect(events.filter(({ id, value }) => value !== valueOf(id))).toEqual([]);
  const appends = Object.groupBy(events, ({ id }) => id.slice(0, id.lastIndexOf('-')));
  expect(Object.values(appends).filter((records) => records?.length !== 3)).toEqual([]);

  const barriers = PARTITIONS.map((partition) => all.get(partition)?.flatMap((record) => (record.kind === 'barrier' ? record.number : [])));
  expect(new Set(barriers.map(String)).size).toBe(1);
  const known = new Set(barriers[0]);
  expect(told.filter((one) => 'barrier' in one && !known.has(one.barrier))).toEqual([]);
  await log.append([{ partition: 'movie.ratings/0', key: 'k', id: 'after', value: '' }]);
});

test('three processes append at once and wait for each other, none is refused', async () => {
  let isRunning = true;
  const appendHere = async (): Promise<number> => {
    for (let n = 0; ; n++) {
      if (!isRunning && n >= 10) return n;
      await log.append([{ partition: 'movie.ratings/5', key: 'k', id: `here ${n}`, value: '' }]);
    }
  };
  const here = appendHere();
  const told = await Promise.all([runAndKill('1', 10), runAndKill('2', 10)]).finally(() => (isRunning = false));
  const appended = await here;
  for (const lines of told) expect(lines.length).toBeGreaterThanOrEqual(10);
  const records = await readWhole('movie.ratings/5');
  expect(records.filter(({ kind }) => kind === 'event')).toHaveLength(appended);
});

test('an append of another process ends a wait', async () => {
  const partition = 'movie.reviews/2';
  const child = start(
    `await new Promise((resolve) => setTimeout(resolve, 300));
     await log.append([{ partition: '${partition}', key: 'k', id: 'theirs', value: '' }]);
     await log.close();`,
    'appends',
  );
  const closed = once(child, 'close');
  const stop = new AbortController();
  for await (const one of log.follow({ [partition]: 0 }, stop.signal)) {
    expect(one).toMatchObject({ partition, records: [{ id: 'theirs' }], next: 1 });
    stop.abort();
  }
  await closed;
});

test('a wait alone keeps no process alive', async () => {
  const child = start(
    `void (async () => {
       for await (const one of log.follow({ 'movie.metadata/3': 0 }, new AbortController().signal)) console.log(one);
     })();`,
    'waits',
  );
  const [code] = (await once(child, 'exit')) as [number | null]; // as: Node's documented arguments
  expect(code).toBe(0);
});
