/** Earlier versions, asked for by number: the batch layer of that version alone, as long as it is kept. */
import { afterEach, beforeEach, expect, test } from 'vitest';

import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeEach(async () => {
  service = await startService();
  const more = {
    ...CATALOG,
    films: CATALOG.films.map((film) => ({ ...film, votes: film.votes === undefined || film.votes === null ? null : film.votes + 1 })),
  };
  for (const version of [2, 3, 4, 5]) await publish(service.views, version, version, version === 2 ? more : CATALOG);
  await service.app.snapshots.poll();
});
afterEach(() => service.app.close());

const votesOf = async (path: string): Promise<number> => (await service.app.inject(path)).json().data.votes;

test('an answer comes from the version that was asked for, and says so', async () => {
  const response = await service.app.inject('/movies/tt0000001?batch_version=2');
  expect(response.headers['rushes-batch-version']).toBe('2');
  expect(response.json().meta).toMatchObject({ batch: { version: 2 }, completeness: 'complete', data_source: 'batch' });
  expect(await votesOf('/movies/tt0000001?batch_version=2')).toBe((await votesOf('/movies/tt0000001')) + 1);
  expect((await service.app.inject('/movies/tt0000001')).json().meta.batch.version).toBe(5);
});

test('its tag is its own, and stays what it was when versions are published', async () => {
  const tag = async (path: string) => (await service.app.inject(path)).headers.etag;
  const before = await tag('/genres?batch_version=1');
  expect(before).not.toBe(await tag('/genres'));
  await publish(service.views, 6, 6, CATALOG);
  await service.app.snapshots.poll();
  expect(await tag('/genres?batch_version=1')).toBe(before);
  const known = await service.app.inject({ url: '/genres?batch_version=1', headers: { 'if-none-match': String(before) } });
  expect(known.statusCode).toBe(304);
});

test('pages go on in the same version', async () => {
  const first = (await service.app.inject('/movies?page_size=2&batch_version=2')).json();
  expect(first.next).toContain('batch_version=2');
  expect((await service.app.inject(first.next)).json().meta.batch.version).toBe(2);
});

test('a version that was never published, or is not kept, is not found', async () => {
  expect((await service.app.inject('/movies?batch_version=99')).statusCode).toBe(404);
  for (const artefact of await service.views.listArtefacts()) if (artefact.endsWith('-3')) await service.views.dropArtefact(artefact);
  const gone = await service.app.inject('/movies?batch_version=3');
  expect([gone.statusCode, gone.json().detail]).toEqual([404, 'Version 3 was never published, or is not kept any more.']);
});

test('few versions stay open, and closing the service closes them', async () => {
  const current = service.views.openReaders;
  for (const version of [1, 2, 3, 4, 1, 2]) await service.app.inject(`/movies?batch_version=${version}`);
  await new Promise((done) => setImmediate(done));
  expect(service.views.openReaders).toBe(current * 4);
  await service.app.close();
  await new Promise((done) => setImmediate(done));
  expect(service.views.openReaders).toBe(0);
});
