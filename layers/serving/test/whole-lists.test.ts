/** Whole lists in every format: read by others' readers, their rows are those of the JSON list, under the same headers. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

import { tableFromIPC } from 'apache-arrow';
import { parquetMetadata } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { CATALOG } from './films.ts';
import { startService, type Service } from './service.ts';
import { asTexts, readArrow, readByDuckdb, readCsv, pythonHas, readByPython, readNdjson, readParquet, type Rows } from './table-readers.ts';

/** Texts that formats have to escape, and that spreadsheets would run. */
const AWKWARD = [
  '=HYPERLINK("http://example.com","x")',
  '+1',
  '-1',
  '@SUM(A1)',
  '＝1',
  'a "quoted", title',
  "'tis",
  'semi;colon',
  'Ω ≈ 🎬 日本',
  'back\\slash',
];
const AWKWARD_FILMS = AWKWARD.map((title, n) => ({
  tconst: `tt88000${String(n).padStart(2, '0')}`,
  tmdbId: n % 2 === 0 ? null : 1000 + n,
  title,
  year: 1990 + n,
  rating: 70,
  votes: 600 + n,
  genres: ['A|B', 'C\\D', '=E'],
}));

let service: Service;
beforeAll(async () => {
  service = await startService({ catalog: { ...CATALOG, films: [...CATALOG.films, ...AWKWARD_FILMS] } });
});
afterAll(() => service.app.close());

const get = (url: string, headers: Record<string, string> = {}) => service.app.inject({ url, headers });
const bytesOf = async (url: string): Promise<Buffer> => {
  const response = await get(url);
  expect([url, response.statusCode]).toEqual([url, 200]);
  return response.rawPayload;
};
const listOf = async (url: string): Promise<Rows> => {
  const { data } = (await get(url)).json();
  return data.years ?? data;
};

const without = (rows: Rows, name: string): Rows => rows.map(({ [name]: _left, ...row }) => row);
const byGenre = (rows: Rows): Rows => rows.flatMap(({ genre, movies }) => (movies as Rows).map((movie) => ({ genre, ...movie }))); // as: the list's shape

const LISTS: readonly (readonly [string, (rows: Rows) => Rows])[] = [
  ['/titles?', (rows) => rows],
  ['/titles?genres_any=drama,a%7Cb&sort=primary_title&desc', (rows) => rows],
  ['/titles?adult=include&fields=primary_title,genre_list,averageRating', (rows) => rows],
  ['/movies?type=all&sort=year', (rows) => rows],
  ['/movies?rating_gte=9.9&year=1800', (rows) => rows],
  ['/genres?', (rows) => rows],
  ['/top_movies?min_votes=0&limit=50', (rows) => without(rows, 'titles')],
  ['/top_movies/credits?min_votes=0&limit=50', (rows) => rows],
  ['/top_actors?limit=50&fields=name,films', (rows) => rows],
  ['/top_movies_by_genre?min_votes=0', byGenre],
  ['/analytics/yearly?', (rows) => rows],
];

describe.each(LISTS)('%s', (url, rowsOf) => {
  let rows: Rows;
  beforeAll(async () => {
    rows = rowsOf(await listOf(url.includes('limit') || /genres\?|by_genre|yearly/.test(url) ? url : `${url}&page_size=1000`));
  });

  test('has rows, where some match', () => {
    expect(rows.length > 0).toBe(!url.includes('1800'));
  });

  test('NDJSON', async () => {
    const bytes = await bytesOf(`${url}&format=ndjson`);
    expect(readNdjson(bytes)).toEqual(rows);
  });
  test('CSV', async () => {
    const bytes = await bytesOf(`${url}&format=csv&csv_formulas=keep`);
    expect(readCsv(bytes)).toEqual(asTexts(rows, url.startsWith('/analytics') ? /average|votes|cents/ : undefined));
  });
  test('Arrow', async () => {
    expect(readArrow(await bytesOf(`${url}&format=arrow`))).toEqual(rows);
  });
  test('Parquet', async () => {
    const bytes = await bytesOf(`${url}&format=parquet`);
    expect(await readParquet(bytes)).toEqual(rows);
    expect(await readByDuckdb(bytes, 'parquet', 'read_parquet')).toEqual(rows);
  });
});

test('the lines of NDJSON are the objects of the JSON list byte for byte', async () => {
  for (const url of ['/titles?', '/movies?type=all']) {
    const json = (await get(`${url}&page_size=1000`)).body;
    const lines = (await bytesOf(`${url}&format=ndjson`)).toString('utf8').trimEnd().split('\n');
    expect(json.startsWith(`{"data":[${lines.join(',')}],"meta"`)).toBe(true);
  }
});

describe('CSV', () => {
  const titles = async (parameters: string): Promise<readonly unknown[]> =>
    readCsv(await bytesOf(`/titles?fields=primary_title,genre_list,numVotes&sort=numVotes&format=csv${parameters}`))
      .filter(({ numVotes }) => Number(numVotes) >= 600 && Number(numVotes) < 610)
      .map((row) => [row['primary_title'], row['genre_list'], row['numVotes']]);

  test('what a spreadsheet would run is defused, and nothing else is touched', async () => {
    const defused = AWKWARD.map((title) => (/^[=+@＝-]/.test(title) ? `'${title}` : title));
    expect(await titles('')).toEqual(defused.map((title, n) => [title, 'A\\|B|C\\\\D|=E', String(600 + n)]));
  });
  test('or left as it is', async () => {
    expect(await titles('&csv_formulas=keep')).toEqual(AWKWARD.map((title, n) => [title, 'A\\|B|C\\\\D|=E', String(600 + n)]));
  });
  test('has CRLF, a header line also where there is no row, and no byte order mark', async () => {
    expect((await bytesOf('/genres?adult=only&format=csv')).toString()).toMatch(/^genre,movies\r\n([^\r\n]+\r\n)*$/);
    expect((await bytesOf('/movies?year=1800&fields=id,title&format=csv')).toString()).toBe('id,title\r\n');
  });
  test("is read by DuckDB's reader too, with types", async () => {
    const rows = await readByDuckdb(await bytesOf('/titles?format=csv&csv_formulas=keep'), 'csv', 'read_csv');
    const expected = await listOf('/titles?page_size=1000');
    expect(rows.map((row) => [row['primary_title'], row['releaseYear'], row['averageRating'], row['hasEnded']])).toEqual(
      expected.map((row) => [row['primary_title'], row['releaseYear'], row['averageRating'], row['hasEnded']]),
    );
  });
});

const PYTHON_READERS: readonly (readonly [string, 'arrow' | 'parquet' | 'csv', string])[] = [
  ['pyarrow', 'arrow', 'import sys, json, pyarrow as pa; print(json.dumps(pa.ipc.open_stream(sys.argv[1]).read_all().to_pylist()))'],
  ['pyarrow', 'parquet', 'import sys, json, pyarrow.parquet as pq; print(json.dumps(pq.read_table(sys.argv[1]).to_pylist()))'],
  ['polars', 'arrow', 'import sys, json, polars as pl; print(json.dumps(pl.read_ipc_stream(sys.argv[1]).to_dicts()))'],
  ['polars', 'parquet', 'import sys, json, polars as pl; print(json.dumps(pl.read_parquet(sys.argv[1]).to_dicts()))'],
];
const missing = ['pyarrow', 'polars'].filter((name) => !pythonHas(name));
if (missing.length > 0) process.stdout.write(`skipped: Python has no ${missing.join(', no ')} to read tables with\n`);

describe.each(PYTHON_READERS)('%s reads %s', (name, format, program) => {
  test.skipIf(missing.includes(name))('as it was meant', async () => {
    for (const url of ['/titles?', '/movies?type=all', '/movies?year=1800'])
      expect(await readByPython(await bytesOf(`${url}&format=${format}`), format, program)).toEqual(await listOf(`${url}&page_size=1000`));
  });
});

test('columns have types, nullability and meaning', async () => {
  const { schema } = tableFromIPC(await bytesOf('/titles?format=arrow'));
  const field = (name: string) => schema.fields.find((one) => one.name === name);
  expect([String(field('numVotes')?.type), field('numVotes')?.nullable]).toEqual(['Int32', true]);
  expect([String(field('averageRating')?.type), field('averageRating')?.nullable]).toEqual(['Float64', true]);
  expect([String(field('genre_list')?.type), field('genre_list')?.nullable]).toEqual(['List<Utf8>', false]);
  expect(field('numVotes')?.metadata.get('description')).toBe('Number of votes.');
  expect(schema.metadata.get('rushes.batch_version')).toBe('1');
  const parquet = parquetMetadata(new Uint8Array(await bytesOf('/titles?format=parquet')).buffer);
  expect(parquet.key_value_metadata).toContainEqual({ key: 'rushes.table', value: 'titles' });
  expect(parquet.schema.find(({ name }) => name === 'numVotes')).toMatchObject({ type: 'INT32', repetition_type: 'OPTIONAL' });
});

describe('which format', () => {
  test.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/*', 'text/csv'],
    ['text/csv', 'text/csv'],
    ['text/csv; charset=utf-8', 'text/csv'],
    ['TEXT/CSV;q=0.5, application/json;q=0.4', 'text/csv'],
    ['text/csv;q=0.4, application/json;q=0.5', 'application/json'],
    ['text/csv, */*', 'text/csv'],
    ['application/json;q=0, */*;q=0.1', 'application/x-ndjson'],
    ['application/ndjson', 'application/x-ndjson'],
    ['text/html, application/vnd.apache.arrow.stream;q=0.1', 'application/vnd.apache.arrow.stream'],
    ['application/vnd.apache.parquet', 'application/vnd.apache.parquet'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json'],
  ])('Accept: %s', async (accept, type) => {
    const response = await get('/genres', accept === undefined ? {} : { accept });
    expect(response.headers['content-type']).toMatch(new RegExp(`^${type.replaceAll('.', '\\.')}($|;)`));
    expect(String(response.headers['vary'])).toMatch(/^Accept, Accept-Encoding/);
  });

  test.each(['text/html', 'text/csv;q=0', 'nonsense', 'application/json;version=2'])('Accept: %s is 406', async (accept) => {
    const response = await get('/movies', { accept });
    expect([response.statusCode, response.headers['content-type']]).toEqual([406, 'application/problem+json; charset=utf-8']);
    expect(response.json().detail).toContain('application/vnd.apache.parquet');
    // Whoever names the format need not accept it.
    expect((await get('/movies?format=json', { accept })).statusCode).toBe(200);
    expect((await get('/movies?format=csv', { accept })).statusCode).toBe(200);
  });

  test('what is no list is JSON whatever is accepted', async () => {
    expect((await get('/movies/tt0000001', { accept: 'text/csv' })).statusCode).toBe(200);
  });

  test('a page that is followed goes on as JSON', async () => {
    const first = await get('/movies?format=json&page_size=1', { accept: 'text/csv' });
    const second = await get(first.json().next, { accept: 'text/csv' });
    expect([second.statusCode, second.json().data.length]).toEqual([200, 1]);
  });
});

test.each([
  ['/titles?format=csv&page_size=5&count=true', ['count', 'page_size']],
  ['/titles?format=ndjson&after_id=tt0000001', ['after_id']],
  ['/titles?format=xml', ['format']],
  ['/titles?format=csv&csv_formulas=run', ['csv_formulas']],
  ['/titles?format=csv&genres=Drma', ['genres']],
  ['/top_movies?format=csv&fields=titles,score', ['fields']],
  ['/movies/tt0000001?format=csv', ['format']],
])('%s is 400 that names what is wrong', async (url, names) => {
  const response = await get(url);
  expect(response.statusCode).toBe(400);
  expect(
    response
      .json()
      .errors.map(({ name }: { readonly name: string }) => name)
      .toSorted(),
  ).toEqual(names);
  expect(response.headers['content-disposition']).toBeUndefined();
});

describe('headers', () => {
  test('say what those of the JSON list say, and a name for the file', async () => {
    const json = await get('/titles');
    const csv = await get('/titles?format=csv');
    for (const name of ['rushes-batch-version', 'rushes-completeness', 'cache-control', 'vary']) {
      expect([name, csv.headers[name]]).toEqual([name, json.headers[name]]);
    }
    expect(csv.headers['content-disposition']).toBe('attachment; filename="titles-v1.csv"');
    expect((await get('/top_movies/credits?format=arrow')).headers['content-disposition']).toContain('"top_movies_credits-v1.arrows"');
    expect(json.headers['content-disposition']).toBeUndefined();
  });

  test('a tag belongs to one format and encoding, however they were asked for, and spares reading', async () => {
    const asked = [
      await get('/titles', { accept: 'text/csv' }),
      await get('/titles?format=csv'),
      await get('/titles?format=ndjson'),
      await get('/titles'),
      await get('/titles?format=csv', { 'accept-encoding': 'zstd' }),
      await get('/titles?format=csv&csv_formulas=keep'),
    ];
    const [first, ...others] = asked.map(({ headers }) => headers['etag']);
    expect(others[0]).toBe(first);
    expect(new Set([first, ...others]).size).toBe(5);
    const { reads } = service.views;
    const again = await get('/titles?format=csv', { 'if-none-match': String(first) });
    expect([again.statusCode, again.body, service.views.reads]).toEqual([304, '', reads]);
    expect((await get('/titles?format=ndjson', { 'if-none-match': String(first) })).statusCode).toBe(200);
  });

  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
    ['zstd, gzip;q=0.5', zstdDecompressSync],
  ] as const)('encoded as %s', async (encoding, decoded) => {
    const plain = await bytesOf('/titles?format=arrow');
    const response = await get('/titles?format=arrow', { 'accept-encoding': encoding });
    expect(response.headers['content-encoding']).toBe(encoding.split(',')[0]);
    expect(decoded(response.rawPayload)).toEqual(plain);
    // Its pages are compressed already.
    const parquet = await get('/titles?format=parquet', { 'accept-encoding': encoding });
    expect(parquet.headers['content-encoding']).toBeUndefined();
  });

  test('HEAD tells them without reading the list', async () => {
    const { reads } = service.views;
    const head = await service.app.inject({ method: 'HEAD', url: '/titles?format=parquet' });
    expect([head.statusCode, head.body, service.views.reads]).toEqual([200, '', reads]);
    expect(head.headers['etag']).toBe((await get('/titles?format=parquet')).headers['etag']);
    expect(head.headers['content-length']).toBeUndefined();
  });

  test('an earlier version is answered from itself alone', async () => {
    const response = await get('/titles?format=csv&batch_version=1');
    expect([response.statusCode, response.headers['rushes-batch-version']]).toEqual([200, '1']);
    expect((await get('/titles?format=csv&batch_version=9')).statusCode).toBe(404);
  });
});

test('what was sent is measured', async () => {
  await bytesOf('/genres?format=csv');
  const text = await service.metrics.metrics();
  expect(text).toMatch(/rushes_whole_lists_total\{format="csv",outcome="whole"\} [1-9]/);
  expect(text).toMatch(/rushes_whole_list_rows_total\{format="csv"\} [1-9]/);
  // An answer is there a moment before its stream is closed.
  await vi.waitFor(async () => expect((await service.metrics.metrics()).split('\n')).toContain('rushes_whole_lists 0'), 20_000);
});
