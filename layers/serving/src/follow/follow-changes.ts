/**
 * Which titles changed, and which version answers come from. Invariants: what a client is told is told in the order of the log within each partition; an id says
 * that all changes before it have been told; a version is told before anything that changed since it is served.
 */
import type { OffsetVector } from '@rushes/domain';

import { positionText, reaches } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import type { ChangeFeed, FedBatch, FedEntry } from './change-feed.ts';
import { eventText } from './event-text.ts';
import { type FollowContext, type Follower, inTime } from './follower.ts';

/** Which changes are wanted. `undefined`: of all titles. */
export type ChangeFilter = { readonly movies: ReadonlySet<string> } | { readonly genre: string } | undefined;

export interface ChangesFollowed {
  readonly feed: ChangeFeed;
  readonly filter: ChangeFilter;
  /** Where it begins. */
  readonly since: OffsetVector;
}

/** What of a version clients are told: which it is, and which events its answers lack. */
const versionText = ({ publication, missing }: Snapshot): string =>
  JSON.stringify({
    publication: publication.number,
    batch: { version: publication.version, cut_at: publication.cutAt, published_at: publication.publishedAt },
    missing,
  });

export const changesFollower = (context: FollowContext, { feed, filter, since }: ChangesFollowed): Follower => {
  let position = since;
  let version: string | undefined;

  const wanted = async (batch: FedBatch): Promise<(entry: FedEntry) => boolean> => {
    if (filter === undefined) return () => true;
    if ('movies' in filter) return ({ movieId }) => filter.movies.has(movieId);
    // What was looked at first may be closed by now.
    const now = context.snapshots.peek();
    if (now === undefined) return () => false;
    const ids = await inTime(feed.ofGenre(batch, filter.genre, now), context);
    return ({ movieId }) => ids.has(movieId);
  };

  return {
    pauseMs: 0,
    position: () => positionText(position),
    look: async function* (snapshot) {
      const told = versionText(snapshot);
      if (told !== version) {
        version = told;
        yield eventText({ id: positionText(position), event: 'version', data: told });
      }
      const until = snapshot.overlay?.position;
      if (until === undefined) return;
      for (let more = !reaches(position, until); more;) {
        const batch = await inTime(feed.read(position, until), context);
        const isWanted = await wanted(batch);
        for (const { entries, id } of batch.changes) {
          const texts = entries.filter(isWanted).map(({ text }) => text);
          // A record is told as a whole: only after the last of its titles is the position behind it.
          const messages = texts.map((data, at) => eventText({ ...(at === texts.length - 1 ? { id } : {}), event: 'change', data }));
          if (messages.length > 0) yield messages.join('');
        }
        position = batch.reached;
        // What is not there yet comes with another snapshot.
        more = batch.more && batch.changes.length > 0;
      }
    },
  };
};
