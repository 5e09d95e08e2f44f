/** What a replica knows while it follows publications and events, what it can be doing, and what can happen to it. */
import type { Publication } from '@rushes/ports';

import type { Overlay } from './overlay/overlay.ts';
import type { Served } from './prepare.ts';
import type { Retry } from './retry-times.ts';

/** Why a publication is opened. */
export type Purpose =
  | { readonly for: 'newest' }
  /** Nothing is served, and the newest cannot be: one of those before it, else those after it in this list. */
  | { readonly for: 'earlier'; readonly others: readonly Publication[] }
  /** No earlier one can be served either: what there is of the newest. */
  | { readonly for: 'part' }
  /** What is served may not be what the speed store holds: read anew. */
  | { readonly for: 'doubt' };

/** Work on the stores. Whoever does it reports with an event. */
export type Step =
  | { readonly do: 'find' }
  | { readonly do: 'list' }
  | {
      readonly do: 'open';
      readonly publication: Publication;
      /** Also without views that only some answers need. */
      readonly partly: boolean;
      readonly purpose: Purpose;
      /** What was in doubt before is so again if this fails. */
      readonly wasDoubtful: boolean;
    }
  | {
      readonly do: 'advance';
      readonly served: Served;
      readonly overlay: Overlay;
      /** Only what was heard of. */ readonly isHeardEnough: boolean;
    };

/** What somebody else wants or saw. */
type Request =
  /** A poll is asked for. */
  | { readonly is: 'asked' }
  /** There are change records for what is served. */
  | { readonly is: 'heard' }
  /** The speed store may have lost what was read from it. */
  | { readonly is: 'doubted' }
  | { readonly is: 'stopped' };

/** What came of the step. */
export type Report =
  /** The newest publication. */
  | { readonly is: 'found'; readonly publication: Publication | undefined }
  /** Publications, the newest first. */
  | { readonly is: 'listed'; readonly publications: readonly Publication[] }
  | { readonly is: 'opened'; readonly served: Served }
  | {
      readonly is: 'advanced';
      /** Answers are others now. */
      readonly isChanged: boolean;
      /** Events that were missing are in the store again, under rows that may have been read before. */
      readonly isMended: boolean;
    }
  | { readonly is: 'failed'; readonly error: unknown };

export type FollowerEvent = Request | Report;

/** What is to be done besides, at once and in this order. */
export type Notice =
  | { readonly say: 'show'; readonly served: Served }
  | { readonly say: 'release'; readonly served: Served }
  | { readonly say: 'trouble'; readonly message: string; readonly error: unknown }
  | { readonly say: 'recovered' };

export interface FollowerState {
  readonly step: Step | undefined;
  readonly isStopped: boolean;
  readonly served: Served | undefined;
  readonly newest: Publication | undefined;
  /** Why the last poll failed, or the newest publication is not what is served. */
  readonly trouble: unknown;
  /** Why the newest publication was not served when it was last tried. */
  readonly refusal: unknown;
  readonly retry: Retry<number> | undefined;
  /** What is served has to be read anew. */
  readonly isDoubtful: boolean;
  /** Another poll is to follow the one that is under way, which may have passed what is asked about. */
  readonly isAskedAgain: boolean;
  /** Polls that began and that ended so far. */
  readonly begun: number;
  readonly ended: number;
  readonly beganMs: number;
  /** Whether the poll that began last looks for publications too. */
  readonly isWhole: boolean;
  /** When the last whole poll began. */
  readonly lastWholeMs: number;
  /** When the last good whole poll began; before the first one, when there was nothing to be seen. */
  readonly lastGoodMs: number;
  readonly hasSeenAll: boolean;
}

/** @param nowMs milliseconds of a clock that nobody sets. */
export const beginFollowing = (nowMs: number): FollowerState => ({
  step: undefined,
  isStopped: false,
  served: undefined,
  newest: undefined,
  trouble: undefined,
  refusal: undefined,
  retry: undefined,
  isDoubtful: false,
  isAskedAgain: false,
  begun: 0,
  ended: 0,
  beganMs: nowMs,
  isWhole: false,
  lastWholeMs: nowMs,
  lastGoodMs: nowMs,
  hasSeenAll: false,
});
