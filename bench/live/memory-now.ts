/** Memory of this process, after its garbage was collected. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Memory } from './measured.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void; // as: what the flag exposes

export const memoryNow = (): Omit<Memory, 'atS'> => {
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssMb: rss / 2 ** 20, heapMb: heapUsed / 2 ** 20 };
};
