/**
 * What an answer says of itself: which publication it comes from, whether something is missing, what it depends on, and when that last changed.
 * Invariant: everything that can change an answer's bytes is in its tag, and nothing else.
 */
import { hash } from 'node:crypto';

import type { Publication } from '@rushes/ports';

import type { Completeness, Missing } from './overlay/completeness.ts';
import type { OverlayState } from './overlay/overlay.ts';
import { positionText } from './position.ts';

/**
 * What of the merged data an answer is made from. `batch`: of the batch layer's views alone. `position`: of everything. `activity`: of all that events changed;
 * its number and `bucket` tell apart what else the answer is made from, such as the time.
 */
export type Dependency =
  | 'batch'
  | 'titles'
  | 'position'
  /** `undefined`: of a title that is known only by looking, so what happened to any title may have changed it. `bucket`: see above. */
  | { readonly title: string | undefined; readonly bucket?: number }
  | { readonly activity: number }
  /** `undefined`: of a title that is known only by looking, so anything may have changed it. */
  | { readonly reviews: string | undefined; readonly bucket: number };

export interface About {
  /** What the entity tag is made from, beside the request. */
  readonly tag: string;
  /** The envelope's `meta`, as JSON text. */
  readonly meta: string;
}

export interface AboutInputs {
  readonly publication: Publication;
  readonly codeVersion: string;
  readonly overlay: OverlayState | undefined;
  readonly completeness: Completeness;
  readonly missing: readonly Missing[];
}

interface Change {
  readonly token: string;
  readonly changedAtMs: number;
  readonly source: 'speed' | 'merged';
}

const changeOf = (overlay: OverlayState | undefined, dependency: Dependency): Change | undefined => {
  if (overlay === undefined || dependency === 'batch') return undefined;
  if (dependency === 'position' || (typeof dependency === 'object' && 'reviews' in dependency && dependency.reviews === undefined))
    return { token: positionText(overlay.position), changedAtMs: overlay.changedAtMs, source: 'merged' };
  if (dependency === 'titles' || (typeof dependency === 'object' && 'title' in dependency && dependency.title === undefined))
    return overlay.titlesToken === ''
      ? undefined
      : { token: overlay.titlesToken, changedAtMs: overlay.titlesChangedAtMs, source: 'merged' };
  if (typeof dependency === 'object' && 'activity' in dependency)
    return overlay.changesToken === '' ? undefined : { token: overlay.changesToken, changedAtMs: overlay.changedAtMs, source: 'merged' };
  const row = 'title' in dependency ? overlay.titles.get(dependency.title ?? '') : overlay.sentiment.get(dependency.reviews ?? '');
  return row && { token: row.token, changedAtMs: row.changedAtMs, source: row.before === undefined ? 'speed' : 'merged' };
};

export const describeAnswers = ({
  publication,
  codeVersion,
  overlay,
  completeness,
  missing,
}: AboutInputs): ((dependency: Dependency) => About) => {
  // Not the number alone: another data folder's publications are numbered alike.
  const seed = hash('sha256', JSON.stringify([publication, codeVersion, completeness, missing]), 'base64url');
  const batch = { version: publication.version, cut_at: publication.cutAt, published_at: publication.publishedAt };
  const common = JSON.stringify({ batch, completeness, ...(missing.length === 0 ? {} : { missing }) }).slice(0, -1);
  const cutAtMs = Date.parse(publication.cutAt);
  const aboutChange = (change: Change | undefined): About => {
    const isLater = change !== undefined && change.changedAtMs > cutAtMs;
    const lastUpdated = JSON.stringify(isLater ? new Date(change.changedAtMs) : publication.cutAt);
    return {
      // With its time: offsets that were lost with an end of the log, as by restoring a backup, are given again, to other events.
      tag: change === undefined ? seed : `${seed}\n${change.token}\n${change.changedAtMs}`,
      meta: `${common},"data_source":"${change?.source ?? 'batch'}","last_updated":${lastUpdated}}`,
    };
  };
  const unchanged = aboutChange(undefined);
  let titles: About | undefined;
  return (dependency) => {
    if (dependency === 'titles') return (titles ??= aboutChange(changeOf(overlay, dependency)));
    const change = changeOf(overlay, dependency);
    const about = change === undefined ? unchanged : aboutChange(change);
    if (typeof dependency === 'string') return about;
    const bucket = 'activity' in dependency ? dependency.activity : dependency.bucket;
    return bucket === undefined ? about : { ...about, tag: `${about.tag}\n${bucket}` };
  };
};
