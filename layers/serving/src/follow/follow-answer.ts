/**
 * An answer that is told again whenever it is another one. Invariant: whoever holds what was told last holds, byte for byte, what a fresh request is answered
 * with at the position that was told last.
 */
import type { OffsetVector } from '@rushes/domain';

import { positionText } from '../merge/position.ts';
import type { Snapshot } from '../merge/snapshot.ts';
import { eventText } from './event-text.ts';
import { type FollowContext, type Follower, inTime } from './follower.ts';

/** What is followed. */
export interface FollowedAnswer {
  /** Says which answer it is: equal tags mean equal bytes. */
  readonly tag: (snapshot: Snapshot) => string;
  /** The answer's body. Called before anything is awaited, so the snapshot can be held. */
  readonly body: (snapshot: Snapshot) => Promise<string>;
  /** It is told no oftener than this, in milliseconds. */
  readonly pauseMs: number;
}

/** Up to where the events are in answers from a snapshot; without a speed layer, up to the version's cut. */
const positionOf = ({ position, publication }: Snapshot): OffsetVector => position ?? publication.cut;

export const answerFollower = (context: FollowContext, { tag, body, pauseMs }: FollowedAnswer): Follower => {
  let held: { readonly tag: string; readonly body: string; readonly position: string } | undefined;
  return {
    pauseMs,
    position: () => held?.position,
    look: async function* (snapshot) {
      const [now, position] = [tag(snapshot), positionText(positionOf(snapshot))];
      if (held?.tag === now) {
        held = { ...held, position };
        return;
      }
      const answer = await inTime(body(snapshot), context);
      const isOther = answer !== held?.body;
      held = { tag: now, body: answer, position };
      if (isOther) yield eventText({ id: position, event: 'answer', data: answer });
    },
  };
};
