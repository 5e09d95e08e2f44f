/** Walking any list page by page yields exactly the sorted list, also while publications change in the middle. */
import { histories } from '@rushes/ports/contracts/depth';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { sortKey } from '@rushes/domain';
import { idOf, publish, type FilmFixture } from './catalog.ts';
import { PEOPLE } from './films.ts';
import { startService, type Service } from './service.ts';

/** Longer than what titles are sorted by. */
const LONG = 'αλφα '.repeat(60);

/** Few values, so that ties and nulls abound. */
const film = fc.record({
  title: fc.constantFrom(null, 'alpha', 'Alpha', 'Álpha', 'beta', 'ßeta', '𝒵eta', 'Ωmega', 'z', LONG, `${LONG} a`, 'ß'.repeat(300)),
  type: fc.constantFrom('movie', 'tvSeries'),
  year: fc.constantFrom(null, 1999, 2004, 2020),
  rating: fc.constantFrom(null, 10, 85, 100),
  votes: fc.constantFrom(null, 5, 500, 90_000),
  runtime: fc.constantFrom(null, 0, 90),
  genres: fc.constantFrom([], ['Action'], ['Action', 'Drama']),
});
const films: fc.Arbitrary<FilmFixture[]> = fc
  .array(film, { maxLength: 25 })
  .map((all) => all.map((one, at) => ({ tconst: `tt${String(at + 1).padStart(7, '0')}`, ...one })));

type Film = FilmFixture;
const SORTS: Readonly<Record<string, (one: Film) => string | number | null>> = {
  title: ({ title }) => (title === null ? null : sortKey(title)),
  year: ({ year }) => year ?? null,
  rating: ({ rating }) => rating ?? null,
  votes: ({ votes }) => votes ?? null,
  runtime: ({ runtime }) => runtime ?? null,
};
const FILTERS: Readonly<Record<string, (one: Film) => boolean>> = {
  '': ({ type }) => type === 'movie',
  'type=all': () => true,
  'type=tvSeries': ({ type }) => type === 'tvSeries',
  'type=all&genre=Action': ({ genres }) => genres?.includes('Action') === true,
  'type=all&genre=Drama&genre=Action': ({ genres }) => genres?.includes('Drama') === true,
  'type=all&rating_gte=8.5': ({ rating }) => (rating ?? 0) >= 85,
  'type=all&year_from=2000&votes_gte=5': ({ year, votes }) => (year ?? 0) >= 2000 && (votes ?? 0) >= 5,
};

const bytes = (text: string) => Buffer.from(text);

/** The order of the contract, written down once more: by value, none last, then by id. */
const compare =
  (value: (one: Film) => string | number | null, desc: boolean) =>
  (a: Film, b: Film): number => {
    const [x, y] = [value(a), value(b)];
    if (x !== y) {
      if (x === null) return 1;
      if (y === null) return -1;
      const order = typeof x === 'string' ? Buffer.compare(bytes(x), bytes(String(y))) : x - Number(y);
      return desc ? -order : order;
    }
    return idOf(a.tconst) < idOf(b.tconst) ? -1 : 1;
  };

const query = fc.record({
  sort: fc.constantFrom(...Object.keys(SORTS)),
  desc: fc.boolean(),
  filter: fc.constantFrom(...Object.keys(FILTERS)),
  pageSize: fc.integer({ min: 1, max: 7 }),
  way: fc.constantFrom('next', 'after_id'),
});

const walk = async (
  { app }: Service,
  { filter, sort, desc, pageSize, way }: { filter: string; sort: string; desc: boolean; pageSize: number; way: string },
  betweenPages: (page: number) => Promise<void>,
): Promise<readonly string[]> => {
  const first = `/movies?${filter}&sort=${sort}&desc=${desc}&page_size=${pageSize}&fields=tconst,id`.replace('?&', '?');
  const found: string[] = [];
  for (let url: string | null = first, page = 0; url !== null; page += 1) {
    expect(page).toBeLessThan(30);
    const response = await app.inject(url);
    expect(response.statusCode).toBe(200);
    const body: { data: readonly { tconst: string; id: string }[]; next: string | null } = response.json();
    // Short enough for any client, however long a title is.
    expect(body.next?.length ?? 0).toBeLessThan(600);
    expect(response.headers.link).toBe(body.next === null ? undefined : `<${body.next}>; rel="next"`);
    // A page is full unless it is the last.
    if (body.next !== null) expect(body.data).toHaveLength(pageSize);
    found.push(...body.data.map(({ tconst }) => tconst));
    const last = body.data.at(-1);
    url =
      body.next === null || way === 'next' || last === undefined
        ? body.next
        : `${first}&after_id=${page % 2 === 0 ? last.id : last.tconst}`;
    await betweenPages(page);
  }
  return found;
};

const sorted = (all: readonly Film[], { filter, sort, desc }: { filter: string; sort: string; desc: boolean }): readonly string[] => {
  const [keep, value] = [FILTERS[filter], SORTS[sort]];
  if (keep === undefined || value === undefined) throw new Error('the generator knows no other');
  return all
    .filter(keep)
    .toSorted(compare(value, desc))
    .map(({ tconst }) => tconst);
};

/** Publishes under the next number, and has it served. */
const publisher = (service: Service) => {
  let number = 1;
  return async (all: readonly Film[]): Promise<void> => {
    number += 1;
    await publish(service.views, number, number, { films: all, people: PEOPLE });
    await service.app.snapshots.poll();
  };
};

test('walking yields the sorted list, by cursors and by ids', async () => {
  const service = await startService();
  const serve = publisher(service);
  await fc.assert(
    fc.asyncProperty(films, query, async (all, asked) => {
      await serve(all);
      expect(await walk(service, asked, async () => {})).toEqual(sorted(all, asked));
      const counted = await service.app.inject(`/movies?${asked.filter}&count=true`.replace('?&', '?'));
      expect(counted.json().total).toBe(sorted(all, asked).length);
    }),
    histories({ quick: 40, deep: 500 }),
  );
  await service.app.close();
});

test('a cursor survives publications: no row that did not change is repeated or skipped', async () => {
  const service = await startService();
  const serve = publisher(service);
  await fc.assert(
    fc.asyncProperty(films, films, query, fc.nat(), async (before, added, asked, seed) => {
      await serve(before);
      // Some rows go, others come (with ids of their own), the rest stays as it is.
      const stays = before.filter((_, at) => (seed >> (at % 16)) % 3 !== 0);
      const comes = added.map((one) => ({ ...one, tconst: one.tconst.replace('tt0', 'tt9') }));
      // A row that is gone cannot be named by its id: the walk goes by cursors.
      const found = await walk(service, { ...asked, way: 'next' }, async (page) => {
        if (page === 0) await serve([...stays, ...comes]);
      });
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((tconst) => stays.some((one) => one.tconst === tconst))).toEqual(sorted(stays, asked));
    }),
    histories({ quick: 40, deep: 500 }),
  );
  await service.app.close();
});
