/** A title by any of its ids: its own UUID, IMDb's `tt…`, TMDB's as `tmdb:…`. */
import { isTconst, isTitleId, titleIdOf } from '@rushes/domain';
import type { ArtefactReader, Selection, ViewRow } from '@rushes/ports';
import { LRUCache } from 'lru-cache';
import { Type } from 'typebox';

export const TITLE_ID_PATTERN = '^(tt[0-9]{7,12}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|tmdb:[0-9]{1,10})$';

export const TITLE_ID_SCHEMA = Type.String({
  pattern: TITLE_ID_PATTERN,
  description: "The title's UUID, its IMDb id (`tt0111161`) or its TMDB id (`tmdb:278`).",
  examples: ['tt0111161'],
});

/** The title's row in the view `titles`, if there is one. */
export const findTitle = async (titles: ArtefactReader, id: string, select: Selection): Promise<ViewRow | undefined> => {
  if (isTconst(id)) return titles.lookup('tconst', id, select);
  const key = id.toLowerCase();
  // No view knows TMDB's ids: none of the sources read so far carries them.
  return isTitleId(key) ? titles.get(key, select) : undefined;
};

/** Keys of the tconsts asked for last: a hash of one costs a tenth of an answer that is kept ready. */
const keys = new LRUCache<string, string>({ max: 20_000 });

/** The title's key by any of its ids, whether there is such a title or not. */
export const titleKeyOf = (id: string): string => {
  if (!isTconst(id)) return id.toLowerCase();
  let key = keys.get(id);
  if (key === undefined) keys.set(id, (key = titleIdOf(id)));
  return key;
};
