/** `kill -9` at any moment of a run over a log: whatever is left, the next run folds everything once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atDepth, freshSeed } from '@rushes/ports/contracts/depth';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LoggedFolder, openLoggedFolder } from './logged-folder.ts';
import { plainFold } from './plain-fold.ts';
import { contentOf, openVersionReader } from './read-version.ts';
import { added, rated, recordOf, reviewed } from './told-events.ts';

const AT = '2025-12-31T12:00:00.000Z';
const EVENTS = 60;

let data: LoggedFolder;
beforeEach(async () => {
  data = await openLoggedFolder();
});
afterEach(() => data.close());

/** What changes the lake, in its order: the run is killed right before or right after each of these. */
const MOMENTS = ['bronze/log/movie.ratings', 'landing-', 'silver/rating_events', 'keyed/ratings_by_hour', 'views/', 'manifest-'];

const child = (moment: string, after: boolean): string => `
  import { openLoggedFolder } from ${JSON.stringify(fileURLToPath(new URL('logged-folder.ts', import.meta.url)))};
  const data = await openLoggedFolder(${JSON.stringify(data.root)});
  const objects = new Proxy(data.stores.objects, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!name.startsWith('put')) return value.bind(target);
      return async (key, body) => {
        const hit = key.includes(${JSON.stringify(moment)});
        if (hit && !${after}) process.kill(process.pid, 'SIGKILL');
        const result = await value.call(target, key, body);
        if (hit) process.kill(process.pid, 'SIGKILL');
        return result;
      };
    },
  });
  await data.run({}, { ...data.stores, objects });
`;

const runKilled = async (moment: string, after: boolean): Promise<void> => {
  const run = spawn(process.execPath, ['--input-type=module', '-e', child(moment, after)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal] = (await once(run, 'exit')) as [number | null, string | null]; // as: Node's documented arguments
  expect(signal, `${moment} never came`).toBe('SIGKILL');
};

/** In quick runs one pair of moments. */
const FIRST = 2 * (freshSeed() % 3);
const KILLED_AT = [...MOMENTS.entries()].slice(...atDepth({ quick: [FIRST, FIRST + 2], deep: [0, MOMENTS.length] }));

test(`runs that are killed at ${KILLED_AT.map(([, moment]) => moment).join(', ')} lose nothing and count nothing twice`, async () => {
  const reader = await openVersionReader(data.stores.objects, data.root);
  await data.run();
  let n = 0;
  for (const [at, moment] of KILLED_AT) {
    await data.stores.log.append(
      Array.from({ length: EVENTS }, (_, each) => {
        n += 1;
        const [movie, id] = [1 + (each % 7), `id-${n}`];
        if (each % 3 === 0) return recordOf(reviewed(movie, `A great film ${n}`, AT), id);
        return recordOf(each % 3 === 1 ? rated(movie, 1 + (each % 10), AT) : added(movie, 'tmdb', `Title ${n}`, AT), id);
      }),
    );
    await runKilled(moment, at % 2 === 1);
    if (at % 2 === 0) continue;
    expect((await data.run()).outcome).toBe('published');
    const manifest = await data.current();
    expect(await reader.keyed(manifest)).toEqual((await plainFold(data.stores.log, manifest.cut)).views);
  }
  const incremental = contentOf(await data.current(), 'keyed.');
  await data.run({ full: true });
  expect(contentOf(await data.current(), 'keyed.')).toEqual(incremental);
  await reader.close();
});
