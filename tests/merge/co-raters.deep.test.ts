/**
 * Whether similar films are films that the same people rate: the first ten of `/movies/{id}/similar` beside the films whose raters in MovieTweetings are most alike,
 * and beside the most voted films. The catalog is of 2010 to 2013, as far as the ratings go; it has directors and writers, and no cast.
 *
 * `RUSHES_TEST_DEPTH=deep npx vitest run tests/merge/co-raters.deep.test.ts` prints the figures of docs/analytics.md.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { openWorld } from './world.ts';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const EVENTS = `${DATA}movietweetings/ratings.tsv.gz`;
const CATALOG = `${DATA}imdb-movies-2010s`;
const LAST_YEAR = 2013;
/** Films that are asked about have so many raters, films that are meant to be found so many. */
const RATERS_OF_ASKED = 50;
const RATERS_OF_FOUND = 10;
const SHOWN = 10;
const ALIKE = 20;
const AS_OF = '2026-01-01T00:00:00Z';

const linesOf = (path: string): readonly string[] => gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
const cellsOf = (path: string): readonly (readonly string[])[] =>
  linesOf(path)
    .slice(1)
    .map((line) => line.split('\t'));

/** The catalog up to the year. @returns ids of its films. */
const writeCatalog = async (folder: string): Promise<ReadonlySet<string>> => {
  const basics = cellsOf(`${CATALOG}/title.basics.tsv.gz`);
  const kept = new Set(basics.filter(([, , , , , year]) => Number(year) <= LAST_YEAR).map(([tconst = '']) => tconst));
  await mkdir(folder);
  for (const name of ['title.basics', 'title.ratings', 'title.crew']) {
    const [header = '', ...lines] = linesOf(`${CATALOG}/${name}.tsv.gz`);
    const part = lines.filter((line) => kept.has(line.slice(0, line.indexOf('\t'))));
    await writeFile(join(folder, `${name}.tsv.gz`), gzipSync([header, ...part, ''].join('\n')));
  }
  return kept;
};

/** Who rated each film. */
const readRaters = (films: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> => {
  const raters = new Map<string, Set<string>>();
  for (const [, tconst = '', user = ''] of cellsOf(EVENTS))
    if (films.has(tconst)) raters.set(tconst, (raters.get(tconst) ?? new Set()).add(user));
  return raters;
};

const NOBODY: ReadonlySet<string> = new Set();

test.skipIf(!existsSync(EVENTS) || !existsSync(CATALOG))(
  'similar films have the same raters more often than popular ones (skipped without ../shared/data)',
  async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'rushes-co-raters-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const films = await writeCatalog(join(folder, 'imdb'));
    const raters = readRaters(films);
    const atLeast = (count: number): readonly string[] => [...raters].filter(([, users]) => users.size >= count).map(([tconst]) => tconst);
    const [asked, found] = [atLeast(RATERS_OF_ASKED).toSorted(), atLeast(RATERS_OF_FOUND)];

    /** Cosine of the two sets of raters. */
    const likeness = (a: string, b: string): number => {
      const [own, others] = [raters.get(a) ?? NOBODY, raters.get(b) ?? NOBODY];
      const both = [...own].filter((user) => others.has(user)).length;
      return both === 0 ? 0 : both / Math.sqrt(own.size * others.size);
    };
    const alikeOf = (tconst: string): ReadonlySet<string> =>
      new Set(
        found
          .filter((other) => other !== tconst)
          .map((other) => ({ other, at: likeness(tconst, other) }))
          .toSorted((a, b) => b.at - a.at || (a.other < b.other ? -1 : 1))
          .slice(0, ALIKE)
          .map(({ other }) => other),
      );

    const world = await openWorld({ batchRecords: 500 });
    onTestFinished(() => world.close());
    expect((await world.run(join(folder, 'imdb'))).outcome).toBe('published');
    await world.settle();
    const shown = async (path: string): Promise<readonly string[]> => {
      const { status, body } = await world.get(path);
      expect(status, body).toBe(200);
      const { data } = JSON.parse(body) as { readonly data: { readonly movies?: readonly { readonly tconst: string }[] } }; // as: the envelope
      return (data.movies ?? (data as readonly { readonly tconst: string }[])).map(({ tconst }) => tconst); // as: a list's data
    };
    const popular = await shown(`/movies?sort=votes&desc=true&page_size=${SHOWN + 1}`);
    const hits = { similar: [0, 0], popular: [0, 0] };
    const times: number[] = [];
    for (const [n, tconst] of asked.entries()) {
      const alike = alikeOf(tconst);
      const begin = performance.now();
      const similar = await shown(`/movies/${tconst}/similar?limit=${SHOWN}&as_of=${AS_OF}`);
      times.push(performance.now() - begin);
      const count = (some: readonly string[]): number => some.filter((one) => alike.has(one)).length;
      hits.similar[n % 2] = (hits.similar[n % 2] ?? 0) + count(similar);
      const others = popular.filter((one) => one !== tconst).slice(0, SHOWN);
      hits.popular[n % 2] = (hits.popular[n % 2] ?? 0) + count(others);
    }
    const halves = [Math.ceil(asked.length / 2), Math.floor(asked.length / 2)];
    const precision = (all: readonly number[]) => all.map((sum, half) => Math.round((1000 * sum) / (SHOWN * (halves[half] ?? 1))) / 1000);
    times.sort((a, b) => a - b);
    const [similar, byVotes] = [precision(hits.similar), precision(hits.popular)];
    const percentile = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0);
    process.stdout.write(
      `${asked.length} films of ${films.size} were asked about. Of the first ${SHOWN}, among the ${ALIKE} most alike: similar ${similar.join(' and ')} (each half of those asked about), most voted ${byVotes.join(' and ')}. An answer took ${percentile(0.5)} ms in the median, ${percentile(0.95)} ms at the 95th percentile.\n`,
    );
    for (const [half, share] of similar.entries()) expect(share).toBeGreaterThan(1.3 * (byVotes[half] ?? 1));
  },
);
