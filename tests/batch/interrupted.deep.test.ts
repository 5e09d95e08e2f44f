/** Runs that end in the middle: by Ctrl-C, or by `kill -9` at any moment. Readers keep the old version, and the next run goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { listVersions, RunSuperseded } from '@rushes/batch';
import type { Publication } from '@rushes/ports';
import { atDepth } from '@rushes/ports/contracts/depth';
import { VIEWS } from '@rushes/views';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { type DataFolder, openDataFolder, readEverything } from './test-data-folder.ts';

let data: DataFolder;
let imdb: string;

beforeEach(async () => {
  data = await openDataFolder();
  imdb = await writeCatalog(data.path('imdb'), { titles: 100 });
});
afterEach(() => data.close());

test('a run that another one takes the place of reports itself as superseded, and publishes nothing', async () => {
  const stop = AbortSignal.abort(new RunSuperseded('another run has taken over'));
  expect(await data.run(imdb, {}, stop)).toMatchObject({ outcome: 'superseded', message: 'another run has taken over' });
  expect(await data.stores.views.currentPublication()).toBeUndefined();
});

test('an aborted run reports itself as interrupted, and the next one takes over what was stored', async () => {
  const stop = new AbortController();
  const stores = {
    ...data.stores,
    objects: new Proxy(data.stores.objects, {
      get(target, name) {
        // The first table of gold ends the run: bronze and silver are stored by then.
        if (name === 'putFile') {
          return async (key: string, path: string) => {
            await target.putFile(key, path);
            if (key.startsWith('gold/')) stop.abort();
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  };
  expect(await data.run(imdb, {}, stop.signal, stores)).toMatchObject({ version: 1, outcome: 'interrupted' });
  expect(await data.stores.views.currentPublication()).toBeUndefined();
  expect(await readdir(data.path('tmp'))).toEqual([]);
  const next = await data.run(imdb);
  expect(next).toMatchObject({ version: 2, outcome: 'published' });
  expect(next.steps.find((step) => step.name === 'silver.principals')?.reused).toBe(true);
  expect(next.steps.find((step) => step.name === 'gold.titles')?.reused).toBe(false);
});

/** About as long as there is between two things that a run tells of. */
const LATER_MS = 100;

const cli = fileURLToPath(new URL('../../apps/rushes/src/main.ts', import.meta.url));

/** Starts `rushes batch run` in a process of its own, and kills it a random moment after it has told of so many things that it did. */
const runProcess = async (killAfterLines = Number.POSITIVE_INFINITY): Promise<number | null> => {
  const args = ['batch', 'run', '--imdb', imdb, '--data', data.root, '--json'];
  const { PATH, NODE_COMPILE_CACHE } = process.env; // but no setting of the tests, which the command line would refuse
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH, NODE_COMPILE_CACHE } });
  const ended = once(child, 'exit') as Promise<[number | null]>; // as: Node's documented arguments
  let lines = 0;
  for await (const _ of createInterface({ input: child.stderr })) {
    lines += 1;
    if (lines === killAfterLines) setTimeout(() => child.kill('SIGKILL'), Math.random() * LATER_MS);
  }
  const [code] = await ended;
  return code;
};

const artefactsOf = ({ views }: Publication): readonly string[] => Object.values(views).map(({ artefact }) => artefact);

test('kill -9 at any moment: readers never see a mix, and a later run publishes the same as if nothing had happened', async () => {
  expect(await runProcess()).toBe(0);
  const first = await readEverything(data.stores);
  await writeCatalog(imdb, { titles: 110 });

  const reference = await openDataFolder();
  await reference.run(imdb);
  const second = await readEverything(reference.stores);
  await reference.close();

  let killed = 0;
  for (let killAfterLines = 1; ; killAfterLines += atDepth({ quick: 4, deep: 1 })) {
    const code = await runProcess(killAfterLines);
    const seen = await readEverything(data.stores);
    const publication = await data.stores.views.currentPublication();
    expect(seen).toEqual(publication?.number === 1 ? first : second);
    if (code === 0) break;
    killed += 1;
  }
  expect(killed).toBeGreaterThan(1);
  expect(await readEverything(data.stores)).toEqual(second);

  const outcomesAt = async (now: Date): Promise<readonly string[]> => (await listVersions(data.stores, 100, now)).map((one) => one.outcome);
  expect((await outcomesAt(new Date()))[0]).toBe('published');
  // Whether a process is gone is known once it has given no sign of life for a while.
  const outcomes = await outcomesAt(new Date(Date.now() + 300_000));
  expect(outcomes[0]).toBe('published');
  expect(outcomes).toContain('died');
  const scratch = await readdir(data.path('tmp'));
  expect(scratch).not.toEqual([]);
  const old = new Date(Date.now() - 300_000);
  for (const name of scratch) await utimes(data.path(`tmp/${name}/alive`), old, old);
  await data.run(imdb, {}, new AbortController().signal);
  expect(await readdir(data.path('tmp'))).toEqual([]);
  // Killed runs built the same artefacts as the one that was published in the end, or none: there are those of two contents, each view's once.
  const publications = await data.stores.views.listPublications(100);
  const named = new Set(publications.flatMap(artefactsOf));
  expect(named.size).toBeLessThanOrEqual(2 * VIEWS.length);
  expect(new Set(await data.stores.views.listArtefacts())).toEqual(named);
  // Once only the last version is kept, nothing is left but what it names.
  await data.run(imdb, { keepVersions: 1 });
  const last = await data.stores.views.currentPublication();
  expect(new Set(await data.stores.views.listArtefacts())).toEqual(new Set(last && artefactsOf(last)));
});
