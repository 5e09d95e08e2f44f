/** Others of the machine read nothing of a data folder, whatever umask a process was started with. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, expect, test } from 'vitest';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rushes-data-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Paths below a folder, and itself, that others could read or enter. */
const openPaths = async (folder: string): Promise<readonly string[]> => {
  const paths = ['', ...(await readdir(folder, { recursive: true }))];
  const modes = await Promise.all(paths.map(async (path) => [path, (await stat(join(folder, path))).mode] as const));
  return modes.flatMap(([path, mode]) => ((mode & 0o077) === 0 ? [] : [path]));
};

const SCRIPT = `
  const { openEmbeddedStores } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
  const { writeFile } = await import('node:fs/promises');
  const folder = process.argv[1];
  const { objects, log, speed, keys, scratchFolder, views } = await openEmbeddedStores(folder);
  await log.append([{ partition: 'movie.ratings/0', key: 'k', id: 'i', value: '{}' }]);
  await objects.put('runs/deep/run-1.json', Buffer.from('{}'));
  await views.listPublications(1);
  await writeFile(scratchFolder + '/scratch', 'x');
  process.exit(0); // as if it were killed: WAL files stay
`;

test.each(['0000', '0022', '0027'])('a process with umask %s', async (umask) => {
  const data = join(root, 'data');
  await promisify(execFile)('sh', ['-c', `umask ${umask}; exec "$0" --input-type=module -e "$1" "$2"`, process.execPath, SCRIPT, data]);
  expect(await readdir(data)).toEqual(
    expect.arrayContaining(['keys.sqlite', 'lake', 'log.sqlite', 'log.sqlite-wal', 'speed.sqlite', 'tmp', 'views']),
  );
  expect(await openPaths(data)).toEqual([]);
});
