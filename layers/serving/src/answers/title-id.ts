/** A title by any of its ids: its own UUID, IMDb's `tt…`, TMDB's as `tmdb:…`. */
import { isTconst, isTitleId, titleIdOf } from '@rushes/domain';
import type { Selection, ViewRow } from '@rushes/ports';
import { LRUCache } from 'lru-cache';
import { Type } from 'typebox';

import type { Dependency } from '../merge/about.ts';
import type { ViewReaders } from '../merge/view-readers.ts';

export const TITLE_ID_PATTERN = '^(tt[0-9]{7,12}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|tmdb:[0-9]{1,10})$';

export const TITLE_ID_SCHEMA = Type.String({
  pattern: TITLE_ID_PATTERN,
  description: "The title's UUID, its IMDb id (`tt0111161`) or its TMDB id (`tmdb:278`).",
  examples: ['tt0111161'],
});

/** The views that say which title an id is of. */
export type TitleIdViews = Pick<ViewReaders, 'titles' | 'tmdbLinks'>;

const TMDB = /^tmdb:([0-9]{1,10})$/;

/** The number of an id of TMDB's; `undefined` for any other id. */
const tmdbIdOf = (id: string): number | undefined => {
  const [, digits] = TMDB.exec(id) ?? [];
  return digits === undefined ? undefined : Number(digits);
};

/** Whether an id is one of TMDB's: which title it means, only the views tell. */
export const isTmdbId = (id: string): boolean => TMDB.test(id);

/** Keys of the tconsts asked for last: a hash of one costs a tenth of an answer that is kept ready. */
const keys = new LRUCache<string, string>({ max: 20_000 });

const keyOfTconst = (id: string): string | undefined => {
  if (!isTconst(id)) return undefined;
  let key = keys.get(id);
  if (key === undefined) keys.set(id, (key = titleIdOf(id)));
  return key;
};

/**
 * The title's key by any of its ids, whether there is such a title or not; `undefined` for an id of TMDB's that no title is linked to. Of several titles that are,
 * the one with the lowest key.
 */
export const titleKeyOf = async ({ tmdbLinks }: Pick<TitleIdViews, 'tmdbLinks'>, id: string): Promise<string | undefined> => {
  const tmdbId = tmdbIdOf(id);
  if (tmdbId === undefined) return keyOfTconst(id) ?? id.toLowerCase();
  const sort = [{ column: 'tmdb_id', desc: false }];
  const [first] = await tmdbLinks.list({ where: [{ column: 'tmdb_id', op: 'eq', value: tmdbId }], sort, limit: 1 });
  return first?.key;
};

/** The title's row in the view `titles`, if there is one. */
export const findTitle = async (views: TitleIdViews, id: string, select: Selection): Promise<ViewRow | undefined> => {
  if (isTconst(id)) return views.titles.lookup('tconst', id, select);
  const key = await titleKeyOf(views, id);
  return key !== undefined && isTitleId(key) ? views.titles.get(key, select) : undefined;
};

/** The key that an id stands for by itself; `undefined` for an id of TMDB's. */
export const ownKeyOf = (id: string): string | undefined => (isTmdbId(id) ? undefined : (keyOfTconst(id) ?? id.toLowerCase()));

/** What an answer about a title depends on. Which title an id of TMDB's means changes with any title. */
export const dependencyOn = (id: string): Dependency => {
  const key = ownKeyOf(id);
  return key === undefined ? 'titles' : { title: key };
};

/** The same of an answer about the bucket of time that "now" lies in, too. */
export const titleBucketDependency = (id: string, bucket: number): Dependency => ({ title: ownKeyOf(id), bucket });

/** The same of an answer about its reviews, of the bucket of time that "now" lies in. */
export const reviewsDependency = (id: string, bucket: number): Dependency => ({ reviews: ownKeyOf(id), bucket });
