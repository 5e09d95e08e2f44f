/**
 * What the batch views' adapter costs over its client: the same rows built and read by the adapter, and by loops that do nothing else with the client; and what
 * the adapter takes of this process's time by itself. Run by hand against a server: `TEST_MONGODB=URL tools/bin/node bench/services/mongodb.ts [--rows N]`.
 *
 * On the stand-in that tests use (mongo-java-server) this shows that answers are right under load and that the program runs; its server's times are not
 * MongoDB's, so they are printed with that said. What this process computes for itself does not depend on the server.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { openMongodbBatchViews } from '@rushes/adapters/mongodb-batch-views';
import { parseMongodbUrl } from '@rushes/adapters/server-addresses';
import { type ArtefactLayout, type ArtefactRow, type ListPosition, SET_SEPARATOR } from '@rushes/ports';
import { MongoClient } from 'mongodb';

import { figure, percent, show, whole } from '../report/figure.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, rows: { type: 'string', default: '20000' } } });
const ROUNDS = Number(values.rounds);
const ROWS = Number(values.rows);
const READS = 500;
const AT_ONCE = 8;
const PAGES = 20;
const PAGE = 50;
const BATCH = 1_000;
const CARD_BYTES = 600;

const LAYOUT: ArtefactLayout = {
  key: 'id',
  columns: { kind: 'text', title: 'text', year: 'integer', votes: 'integer', genres: 'text_set' },
  documents: ['card'],
  lookups: [],
  partition: 'kind',
  sorts: [
    { columns: ['votes'], directions: 'both' },
    { columns: ['year'], directions: 'both' },
  ],
  filters: ['kind', 'genres', 'year'],
};
const KINDS = ['movie', 'short', 'series'];
const GENRES = ['Drama', 'Crime', 'Comedy', 'Western', 'Horror'];
const card = JSON.stringify({ text: 'x'.repeat(CARD_BYTES) });
const idOf = (n: number): string => `tt${String(n).padStart(7, '0')}`;
const row = (n: number): ArtefactRow => [
  idOf(n),
  KINDS[n % 3] ?? null,
  `title ${(n * 7_919) % ROWS}`,
  n % 11 === 0 ? null : 1900 + (n % 120),
  (n * 104_729) % 100_003,
  [GENRES[n % 5], GENRES[(n * 3 + 1) % 5]].join(SET_SEPARATOR),
  card,
];
const rows = Array.from({ length: ROWS }, (_, n) => row(n));

async function* batches(): AsyncGenerator<readonly ArtefactRow[]> {
  for (let at = 0; at < ROWS; at += BATCH) yield rows.slice(at, at + BATCH);
}

const server = process.env['TEST_MONGODB'] ?? 'mongodb://127.0.0.1:28017';
const name = `rushes-bench-${randomBytes(6).toString('hex')}`;
const client = new MongoClient(server);
const bare = client.db(name).collection<{ _id: string; [field: string]: unknown }>('bare');
const store = await openMongodbBatchViews(parseMongodbUrl(`${server}/${name}`));
const { gitVersion, version } = await client.db(name).command({ buildInfo: 1 });
const isMongod = typeof gitVersion === 'string';

/** What the rows say of a list, computed here. */
const expected = rows
  .toSorted((a, b) => Number(b[4]) - Number(a[4]) || (String(a[0]) < String(b[0]) ? -1 : 1))
  .slice(0, PAGES * PAGE)
  .map(([id]) => String(id));

const each = async (call: (n: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let n = next++; n < READS; n = next++) await call((n * 7_907) % ROWS);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
};

const stored = rows.map(([id, kind, title, year, votes, genres, text]) => ({
  _id: String(id),
  kind,
  title,
  ...(year !== null && { year }),
  votes,
  genres: String(genres).split(SET_SEPARATOR),
  card: text,
}));

let artefacts = 0;
const build = async (): Promise<void> => {
  const built = await store.build(`films-${artefacts++}`, LAYOUT, batches());
  if (built !== ROWS) throw new Error(`${built} rows were built, not ${ROWS}`);
};
const buildBare = async (): Promise<void> => {
  await bare.drop().catch(() => undefined); // not there the first time
  const loading: Promise<unknown>[] = [];
  for (let at = 0; at < ROWS; at += BATCH) {
    loading.push(bare.insertMany(stored.slice(at, at + BATCH), { ordered: false, writeConcern: { w: 'majority', journal: true } }));
    if (loading.length === 4) await Promise.all(loading.splice(0));
  }
  await Promise.all(loading);
  await bare.createIndexes([
    { key: { kind: 1, votes: 1, _id: 1 } },
    { key: { kind: 1, votes: -1, _id: 1 } },
    { key: { kind: 1, year: 1, _id: 1 } },
    { key: { kind: 1, year: -1, _id: 1 } },
    { key: { kind: 1, _id: 1 } },
    { key: { genres: 1, _id: 1 } },
    { key: { year: 1, _id: 1 } },
  ]);
};

interface Comparison {
  readonly what: string;
  readonly unit: string;
  readonly amount: number;
  readonly adapter: () => Promise<unknown>;
  readonly bare: () => Promise<unknown>;
}

const median = (took: readonly number[]): string => show(figure(took), whole);

const timed = async (work: () => Promise<unknown>): Promise<{ readonly wallMs: number; readonly cpuMs: number }> => {
  const [beganMs, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - beganMs, cpuMs: (user + system) / 1_000 };
};

try {
  console.log(
    isMongod ? `MongoDB ${version}` : `a stand-in that announces ${version}: the times of reading and building are not MongoDB's`,
  );
  await build();
  await buildBare();
  const reader = await store.open('films-0');
  const walk = async (): Promise<void> => {
    const keys: string[] = [];
    for (let after: ListPosition | undefined; keys.length < PAGES * PAGE;) {
      const page = await reader.list({
        where: [],
        sort: [{ column: 'votes', desc: true }],
        limit: PAGE,
        documents: ['card'],
        ...(after && { after }),
      });
      for (const { key } of page) keys.push(key);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { values: last.sortValues, key: last.key };
    }
    if (keys.join() !== expected.slice(0, keys.length).join()) throw new Error('a list is not that of its rows');
  };
  const comparisons: readonly Comparison[] = [
    { what: `build of ${ROWS} rows with 7 indexes`, unit: 'rows', amount: ROWS, adapter: build, bare: buildBare },
    {
      what: `get, ${AT_ONCE} at once`,
      unit: 'rows',
      amount: READS,
      adapter: () => each((n) => reader.get(idOf(n), { documents: ['card'] })),
      bare: () => each((n) => bare.findOne({ _id: idOf(n) }, { projection: { card: 1 } })),
    },
    {
      what: `${PAGES} pages of ${PAGE} in an order`,
      unit: 'rows',
      amount: PAGES * PAGE,
      adapter: walk,
      bare: async () => {
        for (let page = 0; page < PAGES; page++)
          await bare.find({}, { sort: { votes: -1, _id: 1 }, skip: page * PAGE, limit: PAGE, projection: { card: 1, votes: 1 } }).toArray();
      },
    },
    {
      what: 'the whole artefact, verified (bare: read)',
      unit: 'rows',
      amount: ROWS,
      adapter: async () => {
        if ((await store.verify('films-0', { again: true })) !== 'sound') throw new Error('the artefact is damaged');
      },
      bare: async () => {
        for await (const _ of bare.find({}, { batchSize: BATCH }));
      },
    },
  ];
  console.log(
    '| What | Unit | Adapter | Bare client | Adapter to bare | µs of this process a row, adapter | bare |\n| --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const { what, unit, amount, ...who } of comparisons) {
    const took: Record<'adapter' | 'bare', { readonly wallMs: number; readonly cpuMs: number }[]> = { adapter: [], bare: [] };
    // The first round warms up. The order changes, so that neither is always the one that follows the other.
    for (let round = 0; round <= ROUNDS; round++)
      for (const one of round % 2 === 0 ? (['adapter', 'bare'] as const) : (['bare', 'adapter'] as const)) {
        const result = await timed(who[one]);
        if (round > 0) took[one].push(result);
      }
    const rates = (one: 'adapter' | 'bare') => took[one].map(({ wallMs }) => (amount / wallMs) * 1_000);
    const cpu = (one: 'adapter' | 'bare') => median(took[one].map(({ cpuMs }) => (cpuMs * 1_000) / amount));
    const ratio = figure(rates('adapter').map((rate, n) => rate / (rates('bare')[n] ?? rate))).median;
    console.log(
      `| ${what} | ${unit}/s | ${median(rates('adapter'))} | ${median(rates('bare'))} | ${percent(ratio)} | ${cpu('adapter')} | ${cpu('bare')} |`,
    );
  }
  await reader.close();
} finally {
  await store.close();
  await client.db(name).dropDatabase();
  await client.close();
}
