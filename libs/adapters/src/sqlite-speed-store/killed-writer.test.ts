/** A writer that is killed, over and over, in the middle of its calls: what is in the file is a prefix of them, and all that was acknowledged. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';

import { atDepth } from '@rushes/ports/contracts/depth';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openSqliteSpeedStore } from './index.ts';
import { changesAfter, positionOf, rowsOfKey } from './read-back.ts';

const ROWS = 200;
const KILLS = atDepth({ quick: 3, deep: 24 });
const HOUR_MS = 3_600_000;
const PARTITION = 'movie.ratings/0';

/** Micro-batches of one event, from the stored position on. Tells the number of each call when it has returned: three for each batch. */
const WRITER = `
import { writeSync } from 'node:fs';
const [module, path] = process.argv.slice(1);
const { openSqliteSpeedStore } = await import(module);
const store = await openSqliteSpeedStore(path);
const partition = '${PARTITION}';
const at = { partition, epoch: 1, generation: 0 };
const fence = await store.owners.claim(partition, 'writer ' + process.pid, (await store.progress())[0]?.fence ?? 0);
for (let n = (await store.progress())[0]?.position?.offset ?? 0; ; n++) {
  const rows = Array.from({ length: ${ROWS} }, (_, key) => ({ ...at, view: 'v', key: String(key), lastOffset: n, appendedAtMs: 0, state: 'x'.repeat(300) + n }));
  const acknowledge = (call) => writeSync(1, 3 * n + call + '\\n');
  await store.upsert(rows.map((row) => ({ ...row, timestampUs: 1e15 + n })), ${HOUR_MS});
  acknowledge(1);
  await store.appendChange({ ...at, from: n, to: n + 1, appendedAtMs: n, rows }, ${HOUR_MS});
  acknowledge(2);
  await store.putPosition({ partition, offset: n + 1, epoch: 1, opening: { offset: 0, appendedAtMs: 0 } }, fence);
  acknowledge(3);
}`;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sqlite-speed-store-'));
  path = join(folder, 'speed.sqlite');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the writer, kills it some time after its first call, and gives the number of the last call that it knew to have returned. */
const writeAndKill = async (pause: () => Promise<unknown>): Promise<number> => {
  const module = new URL('./index.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', WRITER, module, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (told += text));
  await once(child.stdout, 'data');
  await pause();
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(child.signalCode).toBe('SIGKILL');
  return Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1));
};

/** The calls that the file shows, checked to be a prefix: whole batches, then rows, then perhaps their record. */
const callsInFile = async (): Promise<number> => {
  const store = await openSqliteSpeedStore(path);
  const reached = (await positionOf(store, PARTITION))?.offset ?? 0;
  const changes = await changesAfter(store, PARTITION, 0, 1_000_000);
  const rows = [];
  for await (const batch of store.scan('v', 0)) rows.push(...batch);
  await store.close();
  const written = (rows[0]?.lastOffset ?? -1) + 1;
  expect(rows).toHaveLength(ROWS);
  for (const row of rows) expect([row.lastOffset, row.state]).toEqual([written - 1, 'x'.repeat(300) + (written - 1)]);
  expect(changes.map(({ from }) => from)).toEqual(changes.map((_, n) => n));
  for (const change of changes) expect(change.rows.every(({ lastOffset }) => lastOffset === change.from)).toBe(true);
  expect([0, 1]).toContain(changes.length - reached);
  expect([0, 1]).toContain(written - changes.length);
  return written + changes.length + reached;
};

test(`killed ${KILLS} times in the middle of its calls, a writer leaves a prefix of them, with every acknowledged one`, async () => {
  let calls = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await writeAndKill(() => setTimeout(5 + 7 * kill));
    const found = await callsInFile();
    expect(found).toBeGreaterThanOrEqual(acknowledged);
    expect(found).toBeLessThanOrEqual(acknowledged + 1);
    expect(found).toBeGreaterThan(calls);
    // Rows and a record that were written before the position are written again.
    calls = found - 3;
  }
  const database = new DatabaseSync(path);
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  database.close();
});

test('a store that is open hears of what another process writes, and reads it whole', async () => {
  const store = await openSqliteSpeedStore(path);
  const seen: number[] = [];
  const heard = Promise.withResolvers<void>();
  const writing = writeAndKill(() => heard.promise);
  const writer = { isWriting: true };
  const ended = writing.finally(() => (writer.isWriting = false));
  while (writer.isWriting) {
    const changes = await store.changesAfter({ [PARTITION]: seen.length }, { limit: 1_000, waitMs: 100 });
    for (const { from, rows } of changes) {
      expect(rows).toHaveLength(ROWS);
      seen.push(from);
    }
    const [row] = await rowsOfKey(store, 'v', '7');
    expect(row?.state).toBe(row && 'x'.repeat(300) + row.lastOffset);
    if (seen.length > 10) heard.resolve();
  }
  await ended;
  expect(seen).toEqual(seen.map((_, n) => n));
  await store.close();
});
