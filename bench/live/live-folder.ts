/** Data folders of the embedded stores: one published version, shared by links, with a log and a speed store of their own. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { BatchViewStore } from '@rushes/ports';
import { titles } from '@rushes/views';

/** A folder that has what is published in `base`, and no event. */
export const shareVersion = async (base: string, folder: string): Promise<string> => {
  await mkdir(folder);
  for (const part of ['lake', 'views']) await symlink(join(base, part), join(folder, part));
  return folder;
};

/** Ids of published titles, in the order of their ids, which says nothing about the titles. @throws if there are fewer. */
export const titleIds = async (views: BatchViewStore, count: number, type?: string): Promise<readonly string[]> => {
  const published = (await views.currentPublication())?.views[titles.name];
  if (published === undefined) throw new Error(`nothing is published in ${views.location}`);
  const reader = await views.open(published.artefact);
  try {
    const where = type === undefined ? [] : [{ column: 'kind', op: 'eq', value: type.toLowerCase() } as const];
    const rows = await reader.list({ where, sort: [], limit: count });
    if (rows.length < count)
      throw new Error(`there are ${rows.length} titles${type === undefined ? '' : ` of type ${type}`}, ${count} are needed`);
    return rows.map(({ key }) => key);
  } finally {
    await reader.close();
  }
};
