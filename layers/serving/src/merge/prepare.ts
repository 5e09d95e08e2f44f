/** Opens what is to be served: a publication, and what events add to it, up to the position that is served already. */
import type { BatchViewStore, Coverage, Publication, SpeedStore } from '@rushes/ports';

import { isMended, missingEvents } from './overlay/completeness.ts';
import { openOverlay, type Overlay } from './overlay/overlay.ts';
import { reaches } from './position.ts';
import { openPublication, type OpenPublication, type Snapshot } from './snapshot.ts';

/** A publication, and what events add to it. */
export interface Served {
  /** Of what was read now. Where something is missing, it depends on the moment what of it is there all the same: no two of them are alike. */
  readonly id: string;
  readonly open: OpenPublication;
  readonly overlay: Overlay | undefined;
  /** It is without events, since the speed store does not let tell which of them are whole: to be read anew soon. */
  readonly isWithoutEvents: boolean;
}

export interface PrepareOptions {
  /** Bound of the overlay's memory, in states of keys and epochs. */
  readonly maxOverlayStates?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An id that nothing else has, on no replica. */
  readonly newId: () => string;
  readonly onTrouble: (message: string, error: unknown) => void;
  /** Ends waiting for the speed layer. */
  readonly signal: AbortSignal;
}

export interface PrepareRequest {
  readonly publication: Publication;
  /** What is served now, if anything is: its position has to be reached. */
  readonly current: Snapshot | undefined;
  /** Do without views that only some answers need, where they cannot be opened. */
  readonly partly: boolean;
}

/** A newer publication may be there by then, or the speed layer may have come further. */
const PREPARE_MS = 10_000;
/** The same while nothing is served yet. */
const FIRST_PREPARE_MS = 1_000;

export const preparer = (
  store: BatchViewStore,
  speed: SpeedStore | undefined,
  { maxOverlayStates, now, newId, onTrouble, signal }: PrepareOptions,
): ((request: PrepareRequest) => Promise<Served>) => {
  /**
   * Where nothing is served yet, and the speed layer does not come to tell of what it wrote: better no events, at the cut, than no answers. What is there
   * is read anew from then on.
   */
  const withoutEvents = async (open: OpenPublication): Promise<Served> => {
    onTrouble(
      'what the speed store holds is ahead of its change records: answering without events until the speed layer goes on',
      undefined,
    );
    const overlay = speed && (await openOverlay(speed, open.publication, open.views, { maxStates: 0 }));
    return { id: newId(), open, overlay, isWithoutEvents: true };
  };

  /** Whether the store covers now what it did not before the rows were read: they may be from before that. */
  const isProjectedAgain = (overlay: Overlay, publication: Publication): boolean => {
    const [{ position }, nowMs] = [overlay.state(), now()];
    const missing = (coverage: readonly Coverage[]) => missingEvents(coverage, publication, position, nowMs);
    return isMended(missing(overlay.coverageBefore), missing(overlay.coverage()));
  };

  const prepareOnce = async ({ publication, current, partly }: PrepareRequest): Promise<Served | undefined> => {
    const open = await openPublication(store, publication, (error) => onTrouble('an artefact could not be closed', error), partly);
    try {
      const overlayOptions = {
        maxStates: maxOverlayStates,
        titleLists: current?.overlay?.titles.lists(),
        shownBefore: current?.overlay?.position,
      };
      const overlay = speed && (await openOverlay(speed, publication, open.views, overlayOptions));
      const isBehind = (): boolean =>
        !signal.aborted &&
        overlay !== undefined &&
        !(overlay.isReady() && reaches(overlay.state().position, current?.overlay?.position ?? {}));
      const isFirst = current === undefined;
      const giveUpAt = performance.now() + (isFirst ? FIRST_PREPARE_MS : PREPARE_MS);
      while (isBehind()) {
        const isLate = performance.now() > giveUpAt;
        if (isFirst && isLate) return await withoutEvents(open);
        if (overlay?.isFull() === true || isLate)
          throw new Error(`what the speed store adds to publication ${publication.number} does not reach the position that is served`);
        await overlay?.hear(Math.max(1, giveUpAt - performance.now()), signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        await overlay?.advance();
      }
      if (overlay !== undefined && isProjectedAgain(overlay, publication)) {
        open.release();
        return undefined;
      }
      return { id: newId(), open, overlay, isWithoutEvents: false };
    } catch (error) {
      open.release();
      throw error;
    }
  };

  return async (request) => {
    for (;;) {
      const prepared = await prepareOnce(request);
      if (prepared !== undefined) return prepared;
    }
  };
};
