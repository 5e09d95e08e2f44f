/** The requests of `docs/api.md` work. */
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DEFAULT_OPTIONS } from '../src/options.ts';
import { type EntranceService, startEntrances } from './entrance-service.ts';

const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const requests = [...page.matchAll(/^GET (\S+)$/gm)].map(([, url]) => url ?? '');
const posts = [...page.matchAll(/^POST (\S+)$/gm)].map(([, url]) => url ?? '');
const wrong = requests.filter((url) => url.includes('color'));

let service: EntranceService;
beforeAll(async () => {
  // Whoever asks for a stream waits for its end.
  service = await startEntrances({ serving: { eventStreams: { ...DEFAULT_OPTIONS.eventStreams, maxMs: 1 } } });
  await service.app.snapshots.poll();
});
afterAll(() => service.close());

describe('docs/api.md', () => {
  test('shows a request for every path', () => {
    const { paths } = service.app.swagger();
    const shown = new Set(
      [...requests, ...posts].map((url) =>
        url
          .replace(/\?.*/, '')
          .replace(/\/tt\d+/, '/{id}')
          .replace(/\/nm\d+/, '/{nconst}')
          .replace(/\/genre\/\w+/, '/genre/{genre}'),
      ),
    );
    expect([...shown].toSorted()).toEqual(Object.keys(paths ?? {}).toSorted());
  });

  test.each(requests.filter((url) => !wrong.includes(url)))('%s', async (url) => {
    expect((await service.app.inject(url)).statusCode).toBe(200);
  });

  test('shows the errors that its wrong request gets', async () => {
    const response = await service.app.inject(wrong[0] ?? '');
    const shown: { errors: unknown } = JSON.parse(/^\{\n {2}"type"[\s\S]*?^\}/m.exec(page)?.[0] ?? '{}');
    expect(response.json().errors).toEqual(shown.errors);
  });
});
