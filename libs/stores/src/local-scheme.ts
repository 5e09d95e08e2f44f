import { fileURLToPath } from 'node:url';

import { beginLogAnew } from '@rushes/adapters/embedded';
import { openSqliteEventLog } from '@rushes/adapters/sqlite-event-log';
import { statIfThere } from '@rushes/runtime';

import type { LogScheme, Opening, Scheme } from './found-store.ts';

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

const logFile = local(openSqliteEventLog, '.sqlite');

/** A log in a file. One that is being begun lies beside it. */
export const localLog: LogScheme = (text, servers) => {
  const log = logFile(text, servers);
  return {
    ...log,
    beginner: {
      state: async () => ((await log.isThere()) ? 'there' : 'absent'),
      check: async () => {},
      begin: (beginning, now) => beginLogAnew(log.location, beginning, now),
    },
  };
};
