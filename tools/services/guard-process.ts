/**
 * Waits until whoever started it is gone, which the end of its standard input says, however that came; then ends what it was told of: a line for each,
 * `group <pid>`, `server <folder>` or `servers <folder>` (in whose folders are folders of servers).
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { removeService } from './run-service.ts';

// Those are for whoever started it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const groups: number[] = [];
const servers: string[] = [];
const parents: string[] = [];
for await (const line of createInterface({ input: process.stdin })) {
  const [what, ...rest] = line.split(' ');
  const named = rest.join(' ');
  if (what === 'group') groups.push(Number(named));
  if (what === 'server') servers.push(named);
  if (what === 'servers') parents.push(named);
}

const foldersIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
};

// Processes first: they must not start anything any more.
for (const leader of groups)
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
for (const parent of parents) {
  for (const own of await foldersIn(parent)) for (const server of await foldersIn(own)) await removeService(server);
  await rm(parent, { recursive: true, force: true });
}
for (const server of servers.toReversed()) await removeService(server);
