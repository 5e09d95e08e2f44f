/** What runs make of what, as it is told: every event of OpenLineage's form, every table with what it reads and its rows; a run never fails for it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { BatchOptions } from '@rushes/batch';
import { serverUrl } from '../server-url.ts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeCatalog } from './made-up-catalog.ts';
import { openLoggedFolder, type LoggedFolder } from '../log-batch/logged-folder.ts';

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets?: Readonly<Record<string, unknown>>;
  readonly outputFacets?: Readonly<Record<string, unknown>>;
}
interface RunEvent {
  readonly eventType: string;
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, { readonly run?: object }>> };
  readonly job: { readonly name: string };
  readonly inputs: readonly Dataset[];
  readonly outputs: readonly Dataset[];
}

/** What an event has to have by https://openlineage.io/spec/2-0-2/OpenLineage.json, and each facet. */
const expectForm = (event: RunEvent): RunEvent => {
  const uri = expect.stringMatching(/^[a-z][a-z0-9+.-]*:.+/);
  expect(event).toMatchObject({
    eventType: expect.stringMatching(/^(START|RUNNING|COMPLETE|ABORT|FAIL|OTHER)$/),
    eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    run: { runId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
    job: { namespace: 'films', name: expect.stringMatching(/^batch/), facets: { jobType: { processingType: 'BATCH' } } },
    producer: uri,
    schemaURL: uri,
  });
  for (const dataset of [...event.inputs, ...event.outputs])
    expect(dataset).toMatchObject({ namespace: 'films', name: expect.stringMatching(/./) });
  const facets = [event.run.facets, ...[...event.inputs, ...event.outputs].flatMap((one) => [one.facets ?? {}, one.outputFacets ?? {}])];
  for (const facet of facets.flatMap((one) => Object.values(one))) expect(facet).toMatchObject({ _producer: uri, _schemaURL: uri });
  return event;
};

let data: LoggedFolder;
let file: string;
beforeEach(async () => {
  data = await openLoggedFolder();
  file = join(data.root, 'lineage.jsonl');
});
afterEach(() => data.close());

const run = (lineage: BatchOptions['lineage']) => data.run(lineage === undefined ? {} : { lineage });
const told = async (): Promise<readonly RunEvent[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => expectForm(JSON.parse(line) as RunEvent)); // as: `expectForm` looks

test('each table and view of a version is told with what it is made of, its columns and rows, within the run', async () => {
  expect(await run({ namespace: 'films', file })).toMatchObject({ outcome: 'published' });
  const manifest = await data.current();
  const events = await told();
  const ofRun = events.filter(({ job }) => job.name === 'batch');
  expect(ofRun.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE']);
  expect(events.at(0)).toBe(ofRun[0]);
  expect(events.at(-1)).toBe(ofRun[1]);
  const completed = events.filter(({ eventType, job }) => eventType === 'COMPLETE' && job.name !== 'batch');
  expect(completed.map(({ outputs }) => outputs[0]?.name).toSorted()).toEqual(
    manifest.catalog
      .map(({ table }) => table)
      .filter((name) => manifest.tables.some((table) => table.name === name) || name.startsWith('views.'))
      .toSorted(),
  );
  for (const { run: own } of completed) {
    expect(own.facets['parent']).toMatchObject({ run: { runId: ofRun[0]?.run.runId }, job: { namespace: 'films', name: 'batch' } });
    expect(events.filter((one) => one.run.runId === own.runId).map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE']);
  }
  const titles = completed.find(({ job }) => job.name === 'batch.gold.titles');
  const table = manifest.tables.find(({ name }) => name === 'gold.titles');
  expect(titles?.inputs.map(({ name }) => name)).toEqual(manifest.catalog.find((entry) => entry.table === 'gold.titles')?.reads);
  expect(titles?.outputs).toMatchObject([
    {
      namespace: 'films',
      name: 'gold.titles',
      facets: {
        schema: { fields: table?.columns },
        version: { datasetVersion: '1' },
        dataSource: { uri: expect.stringMatching(/^file:\/\/\//) },
      },
      outputFacets: { outputStatistics: { rowCount: table?.rows, size: table?.files.reduce((sum, { bytes }) => sum + bytes, 0) } },
    },
  ]);
  const view = completed.find(({ job }) => job.name === 'batch.views.titles');
  expect(view?.outputs[0]?.outputFacets).toMatchObject({ outputStatistics: { rowCount: 30 } });
});

test('a run that publishes nothing fails or is broken off there too, and says why', async () => {
  await run({ namespace: 'films', file });
  await writeCatalog(data.imdb, { titles: 3 });
  expect(await run({ namespace: 'films', file })).toMatchObject({ outcome: 'refused' });
  const last = (await told()).at(-1);
  expect(last).toMatchObject({
    eventType: 'FAIL',
    job: { name: 'batch' },
    run: { facets: { errorMessage: { message: expect.stringContaining('tables do not shrink') } } },
  });
});

test('a service gets them in order, with the token; one that is away or refuses costs no run', async () => {
  const received: RunEvent[] = [];
  const tokens = new Set<string | undefined>();
  let status = 201;
  const server = createServer((request, response) => {
    tokens.add(request.headers.authorization);
    const answer = async (): Promise<void> => {
      received.push((await json(request)) as RunEvent); // as: compared with the file's
      response.writeHead(status).end();
    };
    void answer();
  });
  const url = `${await serverUrl(server)}/api/v1/lineage`;
  expect(await run({ namespace: 'films', file, url, token: 'secret' })).toMatchObject({ outcome: 'published' });
  expect(received).toEqual(await told());
  expect([...tokens]).toEqual(['Bearer secret']);
  status = 503;
  const before = received.length;
  expect(await run({ namespace: 'films', url, token: 'secret' })).toMatchObject({ outcome: 'published' });
  // One for the begin, one for the end: after a refusal the rest is not tried.
  expect(received.length).toBe(before + 2);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await run({ namespace: 'films', url, token: 'secret' })).toMatchObject({ outcome: 'published' });
});
