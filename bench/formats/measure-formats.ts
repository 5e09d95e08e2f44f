/** Whole lists in each format from a running service, and a bare loop that turns the same rows into Arrow. In each round one follows the other. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { measureInChild } from '../process/child.ts';
import { startRushes, withServers } from '../process/started-server.ts';

/** A whole table, written. */
export interface Written {
  readonly rows: number;
  readonly bytes: number;
  readonly ms: number;
  /** Of the process that wrote it; not told by a service. */
  readonly peakMb?: number;
}

export const STREAMED = ['ndjson', 'csv', 'arrow', 'parquet'] as const;

export interface FormatsResult {
  readonly titles: number;
  readonly rounds: readonly { readonly bare: Written; readonly streamed: readonly Written[] }[];
}

/** Reads an answer to its end. */
const receive = async (url: string, rows: number): Promise<Written> => {
  const begunMs = performance.now();
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
  let bytes = 0;
  for await (const chunk of response.body) bytes += (chunk as Uint8Array).byteLength; // as: a body's chunks are bytes
  return { rows, bytes, ms: performance.now() - begunMs };
};

/** @param folder an empty folder that the caller removes. */
export const measureFormats = async (
  folder: string,
  { titles, rounds }: { readonly titles: number; readonly rounds: number },
  tell: (text: string) => void,
): Promise<FormatsResult> => {
  const [imdb, data] = [join(folder, 'imdb'), join(folder, 'data')];
  tell(`${titles} titles: writing files, publishing a version`);
  await mkdir(data);
  await measureInChild('write-sample.ts', [imdb, String(titles)]);
  await measureInChild('whole-run.ts', [imdb, data, 'whole']);
  return withServers(async (started) => {
    const { url } = await started(startRushes(data, []));
    const measured: FormatsResult['rounds'][number][] = [];
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round}: whole lists in every format`);
      const bare = await measureInChild<Written>('formats/scripts/bare-arrow.ts', [data]);
      const streamed: Written[] = [];
      for (const format of STREAMED) streamed.push(await receive(`${url}/titles?format=${format}&adult=include`, bare.rows));
      measured.push({ bare, streamed });
    }
    return { titles, rounds: measured };
  });
};
