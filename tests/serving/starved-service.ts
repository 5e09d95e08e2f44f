/**
 * A service on real stores, as a program: `node starved-service.ts FOLDER LEFT` writes its address, then opens files until only LEFT more can be had.
 * Without LEFT it opens none.
 */
import { closeSync, openSync } from 'node:fs';

import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { openEmbeddedStores } from '@rushes/stores';
import { createMetrics, silentLogger, startOperationServer } from '@rushes/runtime';
import { startServing } from '@rushes/serving';

const [folder = '', left = ''] = process.argv.slice(2);
const stores = await openEmbeddedStores(folder);
const server = await startServing(
  { ...stores, caches: createMemoryCaches(), rateLimiter: undefined },
  { port: 0, publicationPollMs: 10 },
  { logger: silentLogger, metrics: createMetrics() },
);
const operation = await startOperationServer({
  host: '127.0.0.1',
  port: 0,
  metrics: createMetrics(),
  needs: {},
  onTrouble: () => {},
});

const takeAllFiles = (): void => {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    for (const file of taken.slice(0, Number(left))) closeSync(file);
  }
};

process.stdout.write(`${server.url} ${operation.url}\n`, () => {
  if (left !== '') takeAllFiles();
});
