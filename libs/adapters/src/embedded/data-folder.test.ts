/** Others of the machine read nothing of a data folder, whatever umask a process was started with. */
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { makeDataFolder } from './data-folder.ts';

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

describe('what is there already', () => {
  const used = async (): Promise<string> => {
    const data = join(root, 'used');
    await mkdir(join(data, 'lake'), { recursive: true });
    await writeFile(join(data, 'log.sqlite'), '');
    await writeFile(join(data, 'log.until-2026-01-01.sqlite-wal'), '');
    await chmod(data, 0o755);
    await chmod(join(data, 'lake'), 0o777);
    for (const name of ['log.sqlite', 'log.until-2026-01-01.sqlite-wal']) await chmod(join(data, name), 0o644);
    return data;
  };

  test('is closed, and told', async () => {
    const data = await used();
    const { closed, open } = await makeDataFolder(data);
    expect(closed.toSorted()).toEqual([data, ...['lake', 'log.sqlite', 'log.until-2026-01-01.sqlite-wal'].map((name) => join(data, name))]);
    expect(open).toEqual([]);
    expect(await openPaths(data)).toEqual([]);
    expect(await makeDataFolder(data)).toEqual({ closed: [], open: [] });
  });

  test('a folder with other things in it is not closed itself, and neither are they', async () => {
    const data = await used();
    await mkdir(join(data, 'public'));
    await chmod(join(data, 'public'), 0o755);
    await symlink('/nowhere', join(data, 'speed.sqlite'));
    const { closed } = await makeDataFolder(data);
    expect(closed).toHaveLength(3);
    await rm(join(data, 'speed.sqlite'));
    expect(await openPaths(data)).toEqual(['', 'public']);
  });
});
