import { fileURLToPath } from 'node:url';

import { statIfThere } from '@rushes/runtime';

import type { Opening, Scheme } from './found-store.ts';

/** A store in a local folder or file. `suffix`: what the name of its file ends with. */
export const local =
  <Store>(open: (path: string, how: Opening) => Promise<Store>, suffix = ''): Scheme<Store> =>
  (text) => {
    const url = new URL(text);
    const path = fileURLToPath(`file:${url.href.slice(url.protocol.length)}`);
    if (!path.endsWith(suffix)) throw new Error(`its file's name ends with ${suffix}`);
    return {
      location: path,
      localPath: path,
      isThere: async () => (await statIfThere(path)) !== undefined,
      open: (how = {}) => open(path, how),
    };
  };
