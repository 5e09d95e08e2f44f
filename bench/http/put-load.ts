import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import type { Loaded, LoadOrder } from './loaded.ts';

/** Long enough for caches to fill and code to be compiled. */
const WARM_UP_S = 1.5;

/** Puts load on a server from a process of its own. @param folder where the order is written. */
export const putLoad = async (folder: string, wanted: Omit<LoadOrder, 'warmUpS'>): Promise<Loaded> => {
  const order = join(folder, 'order.json');
  await writeFile(order, JSON.stringify({ ...wanted, warmUpS: WARM_UP_S } satisfies LoadOrder));
  return measureInChild<Loaded>('load.ts', [order]);
};
