/**
 * What batch views on PostgreSQL cost: loading against a bare COPY of the same rows, and reads against the driver alone with the same SQL and against the views in
 * SQLite files. Starts a server of its own on this machine, which shares its cores with what is measured:
 * `tools/bin/node bench/services/postgres.ts [--rows N] [--seconds N]`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import { openPostgresBatchViews } from '@rushes/adapters/postgres-batch-views';
import { openSqliteBatchViews } from '@rushes/adapters/sqlite-batch-views';
import {
  type ArtefactLayout,
  type ArtefactReader,
  type ArtefactRow,
  type BatchViewStore,
  type ListedRow,
  SET_SEPARATOR,
} from '@rushes/ports';
import { titles } from '@rushes/views';
import pg from 'pg';
import { from as copyFrom, to } from 'pg-copy-streams';

import { startOwnServers } from '../../tests/services/own-servers.ts';
import { TEST_POSTGRES_PASSWORD, TEST_POSTGRES_USER } from '../../tools/services/postgres.ts';
import { figure, percent, show, whole } from '../report/figure.ts';
import { surroundings } from '../report/machine.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '150000' }, seconds: { type: 'string', default: '3' } } });
const ROWS = Number(values.rows);
const MS = Number(values.seconds) * 1_000;
const ROUNDS = 3;
const AT_ONCE = 8;
const BATCH = 1_000;
const KINDS = ['tvepisode', 'tvepisode', 'tvepisode', 'short', 'movie', 'tvseries', 'video', 'tvmovie'];
const GENRES = Array.from({ length: 28 }, (_, n) => `genre ${n}`);

const say = (text: string): void => console.log(text);

/** Spread without a pattern, the same at every run. */
const spread = (n: number, salt: number): number => (Math.imul(n + 1, 2_654_435_761 + salt * 40_503) >>> 0) / 2 ** 32;
const words = (n: number, salt: number): string =>
  [1, 2, 3].map((more) => `word${Math.floor(spread(n, salt + more) ** 2 * 20_000)}`).join(' ');
const idOf = (n: number): string => `tt${String(n).padStart(8, '0')}`;

/** Rows of the view of titles, as wide as those of IMDb's. */
const rowOf = (n: number): ArtefactRow => {
  const title = words(n, 1);
  const [votes, rating] = [Math.floor(spread(n, 5) ** 12 * 2_000_000), 1_000 + Math.floor(spread(n, 6) * 9_000)];
  const isRated = spread(n, 7) < 0.3;
  const genres = [0, 1, 2]
    .slice(0, 1 + Math.floor(spread(n, 8) * 3))
    .map((more) => GENRES[Math.floor(spread(n, 9 + more) ** 2 * GENRES.length)] ?? '');
  const cells: Readonly<Record<string, string | number | null>> = {
    id: idOf(n),
    tconst: idOf(n),
    kind: KINDS[Math.floor(spread(n, 2) * KINDS.length)] ?? 'movie',
    title_sort: title,
    primary_title: title,
    original_title: title,
    year: spread(n, 3) < 0.1 ? null : 1_900 + Math.floor(spread(n, 3) * 126),
    end_year: null,
    rating: isRated ? rating : null,
    votes: isRated ? votes : null,
    runtime: spread(n, 4) < 0.6 ? null : Math.floor(spread(n, 4) * 240),
    weight: isRated ? votes * rating : null,
    genre_keys: [...new Set(genres)].join(SET_SEPARATOR),
    directors: words(n, 20),
    writers: words(n, 30),
    director_count: 1,
    writer_count: 1,
    genre_count: genres.length,
  };
  const shown = JSON.stringify({ title, genres, text: words(n, 40).repeat(8) });
  return [cells['id'] ?? '', ...Object.keys(titles.layout.columns).map((column) => cells[column] ?? null), shown, null, null];
};

/** Made before anything is measured. */
const BATCHES: readonly (readonly ArtefactRow[])[] = Array.from({ length: Math.ceil(ROWS / BATCH) }, (_, n) =>
  Array.from({ length: Math.min(BATCH, ROWS - n * BATCH) }, (__, m) => rowOf(n * BATCH + m)),
);
async function* rows(): AsyncGenerator<readonly ArtefactRow[]> {
  yield* BATCHES;
}

/** The same columns, without an order or a filter. */
const PLAIN: ArtefactLayout = { ...titles.layout, lookups: [], sorts: [], filters: [] };
const { partition: _partition, ...UNORDERED } = PLAIN;

const servers = await startOwnServers(['postgres']);
const folder = await mkdtemp(join(tmpdir(), 'rushes-bench-postgres-'));
const [, port = '', database = ''] = /:(\d+)\/(.*)$/.exec(servers.address('postgres')) ?? [];
const place = { host: '127.0.0.1', port: Number(port), database };
const login = { user: TEST_POSTGRES_USER, password: TEST_POSTGRES_PASSWORD };
const pool = new pg.Pool({ ...place, ...login, max: AT_ONCE });
const store = await openPostgresBatchViews({ ...place, credentials: login, connections: AT_ONCE });
const embedded = await openSqliteBatchViews(join(folder, 'views'));

const tableOf = async (artefact: string): Promise<string> => {
  const { rows: found } = await pool.query<{ number: string }>('SELECT number FROM rushes.artefacts WHERE name = $1', [artefact]);
  return `rushes.artefact_${found[0]?.number}`;
};

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const beganMs = performance.now();
  await work();
  return (performance.now() - beganMs) / 1_000;
};

/** Chunks of COPY's text of a table. */
const copied = async (table: string): Promise<Buffer[]> => {
  const client = await pool.connect();
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of client.query(to(`COPY ${table} TO STDOUT`))) chunks.push(chunk as Buffer); // as: what the stream gives
    return chunks;
  } finally {
    client.release();
  }
};

const measureLoading = async (): Promise<void> => {
  await store.build('plain', UNORDERED, rows());
  const table = await tableOf('plain');
  const chunks = await copied(table);
  await pool.query(`CREATE TABLE shape (LIKE ${table})`);
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bare = async (then: readonly string[]): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`CREATE TABLE bare (LIKE shape)`);
      await pipeline(Readable.from(chunks), client.query(copyFrom('COPY bare FROM STDIN WITH (FREEZE)')));
      for (const statement of then) await client.query(statement);
      await client.query('COMMIT');
      await client.query('DROP TABLE bare');
    } finally {
      client.release();
    }
  };
  const { rows: indexes } = await (async () => {
    await store.build('titles', titles.layout, rows());
    return pool.query<{ definition: string }>(
      `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = '${await tableOf('titles')}'::regclass`,
    );
  })();
  const onBare = indexes.map(({ definition }) => definition.replace(/INDEX \S+ ON \S+/, 'INDEX ON bare'));
  const loads: Readonly<Record<string, () => Promise<unknown>>> = {
    'bare COPY of ready text, no index': () => bare([]),
    'bare COPY, then the index of keys': () => bare(['CREATE UNIQUE INDEX ON bare (id)']),
    'adapter, index of keys alone (with checksum and statistics)': () => store.build('plain', UNORDERED, rows(), { anew: true }),
    'bare COPY, then all indexes of the view of titles': () => bare(onBare),
    'adapter, the view of titles': () => store.build('titles', titles.layout, rows(), { anew: true }),
    'SQLite adapter, the view of titles': () => embedded.build('titles', titles.layout, rows(), { anew: true }),
  };
  say(`\n${ROWS} rows of ${Math.round(bytes / ROWS)} bytes as COPY's text\n\n| Loading | rows/s, median (range) |\n| --- | --- |`);
  for (const [what, work] of Object.entries(loads)) {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) rates.push(ROWS / (await secondsOf(work)));
    say(`| ${what} | ${show(figure(rates), whole)} |`);
  }
  const removed = Array.from({ length: 1_000 }, (_, n) => idOf(n * Math.floor(ROWS / 1_000)));
  async function* keys() {
    yield removed;
  }
  async function* changed(): AsyncGenerator<readonly ArtefactRow[]> {
    yield removed.map((_, n) => rowOf(n * Math.floor(ROWS / 1_000)));
  }
  const child = (of: BatchViewStore) => () =>
    of.build('child', titles.layout, changed(), { anew: true, parent: { artefact: 'titles', removedKeys: keys() } });
  for (const [what, of] of [
    ['adapter', store],
    ['SQLite adapter', embedded],
  ] as const)
    say(`| ${what}, a copy with 1,000 changed rows: seconds | ${(await secondsOf(child(of))).toFixed(1)} |`);
  say(`| adapter, verify: seconds | ${(await secondsOf(() => store.verify('titles', { again: true }))).toFixed(2)} |`);
  say(
    `| room: PostgreSQL, SQLite, MB | ${[await store.bytes('titles'), await embedded.bytes('titles')].map((size) => Math.round((size ?? 0) / 1e6)).join(', ')} |`,
  );
};

type Ask = (n: number) => Promise<unknown>;

/** Calls a second and their times, of some callers at once. */
const measured = async (ask: Ask): Promise<{ readonly rate: number; readonly p50: number; readonly p99: number }> => {
  const times: number[] = [];
  let n = 0;
  const beganMs = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - beganMs < MS) {
      const at = performance.now();
      await ask(n++);
      times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { rate: times.length / ((performance.now() - beganMs) / 1_000), p50: at(0.5), p99: at(0.99) };
};

const byVotes = [{ column: 'votes', desc: true }];
const movie = { column: 'kind', op: 'eq', value: 'movie' } as const;

const measureReads = async (): Promise<void> => {
  const [reader, local, table] = [await store.open('titles'), await embedded.open('titles'), await tableOf('titles')];
  const bare =
    (name: string, text: string, valuesOf: (n: number) => readonly unknown[]): Ask =>
    (n) =>
      pool.query({ name, text, values: [...valuesOf(n)], rowMode: 'array' });
  const random = (n: number): string => idOf(Math.floor(spread(n, 77) * ROWS));
  const page = { sort: byVotes, limit: 50, documents: ['shown'] };
  const deep = async (): Promise<ListedRow | undefined> =>
    (await reader.list({ where: [movie], sort: byVotes, limit: Math.floor(ROWS / 16) })).at(-1);
  const last = await deep();
  const after = last && { values: last.sortValues, key: last.key };
  const genre = (n: number): string => GENRES[n % GENRES.length] ?? '';
  const list = (name: string, where: string, valuesOf: (n: number) => readonly unknown[]): Ask =>
    bare(name, `SELECT id, _shown, votes FROM ${table} WHERE ${where} ORDER BY votes DESC NULLS LAST, id LIMIT 50`, valuesOf);
  const cases: readonly (readonly [string, (of: ArtefactReader) => Ask, Ask])[] = [
    [
      'a row by key',
      (of) => (n) => of.get(random(n), { documents: ['shown'] }),
      bare('get', `SELECT id, _shown FROM ${table} WHERE id = $1`, (n) => [random(n)]),
    ],
    [
      '100 rows by keys',
      (of) => (n) =>
        of.getMany(
          Array.from({ length: 100 }, (_, m) => random(n * 100 + m)),
          { documents: ['shown'] },
        ),
      bare('many', `SELECT id, _shown FROM ${table} WHERE id = ANY($1)`, (n) => [
        Array.from({ length: 100 }, (_, m) => random(n * 100 + m)),
      ]),
    ],
    ['50 movies by votes', (of) => () => of.list({ ...page, where: [movie] }), list('list', 'kind = $1', () => ['movie'])],
    [
      '50 movies of a genre by votes',
      (of) => (n) => of.list({ ...page, where: [movie, { column: 'genre_keys', op: 'has', value: genre(n) }] }),
      list('genre', 'kind = $1 AND genre_keys @> $2', (n) => ['movie', [genre(n)]]),
    ],
    [
      '50 movies of three years by votes',
      (of) => (n) =>
        of.list({
          ...page,
          where: [movie, { column: 'year', op: 'gte', value: 1_920 + (n % 100) }, { column: 'year', op: 'lte', value: 1_922 + (n % 100) }],
        }),
      list('years', 'kind = $1 AND year BETWEEN $2 AND $3', (n) => ['movie', 1_920 + (n % 100), 1_922 + (n % 100)]),
    ],
    [
      `the page behind movie ${Math.floor(ROWS / 16)} by votes`,
      (of) => () => of.list({ ...page, where: [movie], ...(after === undefined ? {} : { after }) }),
      list('deep', 'kind = $1 AND (votes < $2 OR votes IS NULL OR (votes = $2 AND id > $3))', () => [
        'movie',
        after?.values[0],
        after?.key,
      ]),
    ],
    ['50 titles of any kind by votes', (of) => () => of.list({ ...page, where: [] }), list('any', 'true', () => [])],
    [
      '50 movies with a word in the title by votes',
      (of) => (n) => of.list({ ...page, where: [movie, { column: 'primary_title', op: 'contains', value: `word${1_000 + (n % 9_000)}` }] }),
      list('word', 'kind = $1 AND primary_title LIKE $2', (n) => ['movie', `%word${1_000 + (n % 9_000)}%`]),
    ],
    [
      'the number of movies of a genre',
      (of) => (n) => of.count([movie, { column: 'genre_keys', op: 'has', value: genre(n) }]),
      bare('count', `SELECT count(*) FROM ${table} WHERE kind = $1 AND genre_keys @> $2`, (n) => ['movie', [genre(n)]]),
    ],
  ];
  say(
    `\n| ${AT_ONCE} at once | adapter, /s (p50, p99 ms) | bare driver, /s (p50, p99 ms) | adapter to bare | SQLite adapter, /s |\n| --- | --- | --- | --- | --- |`,
  );
  for (const [what, ask, alone] of cases) {
    const [own, direct, file] = [await measured(ask(reader)), await measured(alone), await measured(ask(local))];
    const told = ({ rate, p50, p99 }: typeof own): string => `${whole(rate)} (${p50.toFixed(1)}, ${p99.toFixed(1)})`;
    say(`| ${what} | ${told(own)} | ${told(direct)} | ${percent(own.rate / direct.rate)} | ${whole(file.rate)} |`);
  }
  await reader.close();
  await local.close();
};

try {
  const { commit, machine } = surroundings();
  say(`commit ${commit}, ${JSON.stringify(machine)}`);
  await measureLoading();
  await measureReads();
} finally {
  await store.close();
  await embedded.close();
  await pool.end();
  await servers.dispose();
  await rm(folder, { recursive: true, force: true });
}
