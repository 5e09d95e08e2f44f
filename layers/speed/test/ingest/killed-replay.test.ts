/** A replay in a process of its own that is killed without warning, again and again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { atDepth } from '@rushes/ports/contracts/depth';
import { openFileSource, replay } from '@rushes/speed';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { AT_ONCE, type IngestFolder, openIngestFolder, ratingLines, ratingsFile, recordsOf } from './ingest-folder.ts';

let folder: IngestFolder;
beforeEach(async () => void (folder = await openIngestFolder()));
afterEach(() => folder.remove());

const EVENTS = atDepth({ quick: 1_000, deep: 5_000 });
const KILLS = atDepth({ quick: 2, deep: 10 });

const program = (file: string): string => `
  import { join } from 'node:path';
  import { openSqliteDuplicateFilters } from '@rushes/adapters/sqlite-duplicate-filters';
  import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
  import { openCursors, openFileSource, replay, systemClock } from '@rushes/speed';
  const log = await openSqliteEventLog(${JSON.stringify(join(folder.path, 'log.sqlite'))});
  const duplicateFilters = await openSqliteDuplicateFilters(${JSON.stringify(join(folder.path, 'ids'))});
  const cursors = await openCursors(${JSON.stringify(join(folder.path, 'replays'))});
  const source = await openFileSource(${JSON.stringify(file)}, { name: 'ratings' });
  const onChunk = ({ line }) => process.stdout.write(line + '\\n');
  const options = { chunk: 10, timesFaster: Infinity, begin: 'behind the cursor' };
  await replay(source, options, { log, cursors, duplicateFilters, clock: systemClock, signal: new AbortController().signal, onChunk });
`;

/** Kills the process once it has told of so many chunks. Returns the last line that it told to be in the log. */
const runAndKill = async (file: string, chunks: number): Promise<number> => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program(file)], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  let told = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    told += String(text);
    if (told.split('\n').length > chunks) child.kill('SIGKILL');
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  return Number(told.split('\n').findLast((line, at, all) => at < all.length - 1 && line !== ''));
};

test('nothing is lost and nothing doubled', async () => {
  const file = await folder.write('a.tsv', ratingsFile(ratingLines(EVENTS)));
  for (let kill = 0; kill < KILLS; kill++) {
    const told = await runAndKill(file, 5 + 7 * kill);
    const cursor = JSON.parse(await readFile(join(folder.path, 'replays', 'ratings.json'), 'utf8')) as { readonly line: number }; // as: a cursor
    expect(cursor.line).toBeGreaterThanOrEqual(told);
  }
  const left = await replay(await openFileSource(file, { name: 'ratings' }), AT_ONCE, folder.context);
  expect(left.after_line).toBeGreaterThan(100);
  const lines = (await recordsOf(folder.log)).map(({ id }) => Number(id.split(':')[1])).toSorted((a, b) => a - b);
  expect(lines).toEqual(Array.from({ length: EVENTS }, (_, n) => n + 2));
  expect(await folder.context.cursors.read('ratings')).toMatchObject({ line: EVENTS + 1, events: EVENTS, rejected: 0 });
});
