/** Getting ready takes as long as it takes. */
import { createMemoryCaches } from '@rushes/adapters/memory-caches';
import { Registry } from '@rushes/runtime';
import { afterEach, expect, test, vi } from 'vitest';

import { buildApp } from '../src/app.ts';
import { publish } from './catalog.ts';
import { CATALOG } from './films.ts';
import { memoryBatchViews } from './memory-batch-views.ts';
import { objectStore, recordingLogger } from './service.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a service that reads for minutes what it serves does not give up', async () => {
  const views = memoryBatchViews();
  await publish(views, 1, 1, CATALOG);
  const read = Promise.withResolvers<void>();
  const current = await views.currentPublication();
  views.currentPublication = async () => {
    await read.promise;
    return current;
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const app = buildApp(
    { views, objects: objectStore(), caches: createMemoryCaches(), rateLimiter: undefined },
    {},
    { logger: recordingLogger([]), metrics: new Registry() },
  );
  const ended = vi.fn<(how: unknown) => void>();
  const ready = app.ready().then(() => ended('ready'), ended);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ended).not.toHaveBeenCalled();
  read.resolve();
  vi.useRealTimers();
  await ready;
  expect(ended).toHaveBeenCalledWith('ready');
  expect((await app.inject('/health/ready')).statusCode).toBe(200);
  await app.close();
});
