import type { Publication } from '@rushes/ports';
import { expect, test } from 'vitest';

import { describeAnswers } from './about.ts';
import type { OverlayState } from './overlay/overlay.ts';

const CUT_AT = '2026-03-01T10:00:00.000Z';
const PUBLICATION: Publication = {
  number: 1,
  version: 1,
  manifest: 'manifest-1',
  views: {},
  cut: {},
  cutAt: CUT_AT,
  publishedAt: CUT_AT,
  reason: 'run',
};

test('offsets that are given a second time, to other events, make another tag', () => {
  const tagsAt = (changedAtMs: number) => {
    const row = { token: 'movie.ratings/0@3', changedAtMs, before: undefined };
    const overlay = {
      position: { 'movie.ratings/0': 4 },
      changedAtMs,
      titlesToken: row.token,
      changesToken: row.token,
      titlesChangedAtMs: changedAtMs,
      titles: new Map([['m', row]]),
      sentiment: new Map([['m', row]]),
    } as unknown as OverlayState; // as: what is read of it
    const about = describeAnswers({ publication: PUBLICATION, codeVersion: '1', overlay, completeness: 'complete', missing: [] });
    return [
      about('position'),
      about('titles'),
      about({ title: 'm' }),
      about({ title: 'm', bucket: 7 }),
      about({ title: undefined, bucket: 7 }),
      about({ reviews: 'm', bucket: 7 }),
      about({ activity: 7 }),
    ].map(({ tag }) => tag);
  };
  const laterMs = Date.parse(CUT_AT) + 1_000;
  const [before, after] = [tagsAt(laterMs), tagsAt(laterMs + 1)];
  expect(tagsAt(laterMs)).toEqual(before);
  for (const [at, tag] of before.entries()) expect(after[at]).not.toBe(tag);
});
