/**
 * Which snapshot is current. Invariants: work on the stores never overlaps; a switch, to a new publication or to a new position, is one assignment, after
 * all that it needs is there; no answer's position lies before that of an answer given earlier, rollbacks included; whatever fails, the snapshot before
 * goes on serving.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { OffsetVector } from '@rushes/domain';
import type { BatchViewStore, Publication, SpeedStore } from '@rushes/ports';

import { type Missing, missingEvents } from './overlay/completeness.ts';
import { MissedChangesError, openOverlay, type Overlay } from './overlay/overlay.ts';
import { reaches } from './position.ts';
import { unavailable } from './problem.ts';
import { openPublication, type OpenPublication, type Snapshot, takeSnapshot } from './snapshot.ts';

export interface CurrentSnapshotOptions {
  readonly pollMs: number;
  /** Bound of the overlay's memory, in states of keys and epochs. */
  readonly maxOverlayStates?: number;
  readonly codeVersion: string;
  readonly now: () => number;
  /** An id that nothing else has, on no replica. */
  readonly newId: () => string;
  /** Whether answers lie further behind the log than they may. */
  readonly isStale: () => boolean;
  /** Told of the position that answers have come to, at each look. */
  readonly onPosition?: (position: OffsetVector) => Promise<void>;
  /** Something went wrong; serving goes on. */
  readonly onTrouble: (message: string, error: unknown) => void;
  /** Another publication is served from now on. */
  readonly onSwitch: (snapshot: Snapshot) => void;
}

export interface CurrentSnapshot {
  /** For a look at what is served. */
  readonly peek: () => Snapshot | undefined;
  /** The current snapshot. Throws a 503 `Problem` while there is none. Whoever reads artefacts pins it, before anything is awaited. */
  readonly require: () => Snapshot;
  /** Why the last look at the stores failed. */
  readonly trouble: () => unknown;
  /** Looks for a new publication and new changes. Never rejects. */
  readonly poll: () => Promise<void>;
  readonly start: () => void;
  /** Calls back after each switch, until the returned function is called. */
  readonly onChange: (listener: () => void) => () => void;
  /** Ends polling and gives up the current snapshot; requests that hold it are not disturbed. */
  readonly stop: () => Promise<void>;
}

/** A first publication takes at least some seconds to build. */
const RETRY_AFTER_S = 5;

/** A newer publication may be there by then, or the speed layer may have come further. */
const PREPARE_MS = 10_000;
/** The same while nothing is served yet. */
const FIRST_PREPARE_MS = 1_000;

/** Whether something is missing no more although the publication is the same: it was projected again, under rows that were not read yet. */
const isMended = (before: readonly Missing[], now: readonly Missing[]): boolean =>
  before.some(({ partition, from }) => !now.some((one) => one.partition === partition && one.from === from));

/** What is served: a publication, and what events add to it. */
interface Served {
  /** Of what was read now. Where something is missing, it depends on the moment what of it is there all the same: no two of them are alike. */
  readonly id: string;
  readonly open: OpenPublication;
  readonly overlay: Overlay | undefined;
}

export const trackCurrentSnapshot = (
  store: BatchViewStore,
  speed: SpeedStore | undefined,
  options: CurrentSnapshotOptions,
): CurrentSnapshot => {
  let served: Served | undefined;
  let current: Snapshot | undefined;
  let trouble: unknown;
  let polling: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** The overlay has to be read anew: the store may have lost writes, or the change records do not lead on. */
  let isDoubtful = false;
  const listeners = new Set<() => void>();

  const show = ({ id, open, overlay }: Served): void => {
    const state = overlay?.state();
    const { publication } = open;
    const part = overlay &&
      state && {
        overlay: state,
        missing: missingEvents(overlay.coverage(), publication, state.position, options.now()),
        stale: options.isStale() || overlay.isFull(),
      };
    const isPartial = part !== undefined && part.missing.length > 0;
    const next = takeSnapshot(open, isPartial ? `${options.codeVersion} ${id}` : options.codeVersion, part);
    const isSwitch = publication.number !== current?.publication.number;
    current = next;
    if (isSwitch) options.onSwitch(next);
    for (const listener of listeners) listener();
  };

  /**
   * Where nothing is served yet, and the speed layer does not come to tell of what it wrote: better no events, at the cut, than no answers. What is there
   * is read anew from then on.
   */
  const withoutEvents = async (open: OpenPublication): Promise<Served> => {
    isDoubtful = true;
    options.onTrouble(
      'what the speed store holds is ahead of its change records: answering without events until the speed layer goes on',
      undefined,
    );
    const overlay = speed && (await openOverlay(speed, open.publication, open.views, { maxStates: 0 }));
    return { id: options.newId(), open, overlay };
  };

  /** Opens a publication and what events add to it, up to the position that is served already. */
  const prepare = async (publication: Publication): Promise<Served> => {
    const open = await openPublication(store, publication, (error) => options.onTrouble('an artefact could not be closed', error));
    try {
      const overlayOptions = { maxStates: options.maxOverlayStates, titleLists: current?.overlay?.titles.lists() };
      const overlay = speed && (await openOverlay(speed, publication, open.views, overlayOptions));
      const isBehind = (): boolean =>
        !stopped && overlay !== undefined && !(overlay.isReady() && reaches(overlay.state().position, current?.overlay?.position ?? {}));
      const isFirst = current === undefined;
      const giveUpAt = performance.now() + (isFirst ? FIRST_PREPARE_MS : PREPARE_MS);
      while (isBehind()) {
        const isLate = performance.now() > giveUpAt;
        if (isFirst && isLate) return await withoutEvents(open);
        if (overlay?.isFull() === true || isLate)
          throw new Error(`what the speed store adds to publication ${publication.number} does not reach the position that is served`);
        if (!(await overlay?.advance())) await sleep(1);
      }
      return { id: options.newId(), open, overlay };
    } catch (error) {
      open.release();
      throw error;
    }
  };

  const look = async (): Promise<void> => {
    if (stopped) return;
    try {
      const publication = await store.currentPublication();
      if (publication !== undefined && (isDoubtful || publication.number !== served?.open.publication.number)) {
        const wasDoubtful = isDoubtful;
        isDoubtful = false;
        const next = await prepare(publication).catch((error: unknown) => {
          isDoubtful ||= wasDoubtful;
          throw error;
        });
        const before = served;
        served = next;
        show(next);
        before?.open.release();
      } else if (served?.overlay !== undefined) {
        const { overlay } = served;
        const changed = await overlay.advance();
        await overlay.readCoverage();
        await options.onPosition?.(overlay.state().position);
        const missing = missingEvents(overlay.coverage(), overlay.publication, overlay.state().position, options.now());
        if (current !== undefined && isMended(current.missing, missing)) {
          // Until it is read anew, answers go on saying what they lack.
          isDoubtful = true;
          trouble = undefined;
          void poll();
          return;
        }
        const isOther =
          missing.length !== current?.missing.length || (options.isStale() || overlay.isFull()) !== (current.completeness === 'stale');
        if (changed || isOther) show(served);
      }
      trouble = undefined;
    } catch (error) {
      if (error instanceof MissedChangesError) isDoubtful = true;
      trouble = error;
      options.onTrouble(`looking for what is new in ${store.location} failed; trying again in ${options.pollMs} ms`, error);
    }
  };

  /** A look that begins from now on: one that is under way may have passed what is asked about. */
  const poll = (): Promise<void> => {
    if (polling !== undefined)
      return (following ??= polling.then(() => {
        following = undefined;
        return begin();
      }));
    return begin();
  };
  const begin = (): Promise<void> =>
    (polling = look().finally(() => {
      // The one that follows begins next, whoever asks in between: it is not to overlap another.
      if (following === undefined) polling = undefined;
    }));

  const pollAndWait = async (): Promise<void> => {
    await poll();
    if (!stopped) timer = setTimeout(() => void pollAndWait(), options.pollMs).unref();
  };
  const stopListening = speed?.onChange(() => {
    if (!stopped) void poll();
  });

  const stopReconnects = speed?.onReconnect(() => {
    isDoubtful = true;
    if (!stopped) void poll();
  });

  return {
    peek: () => current,
    require: () => {
      if (current === undefined)
        throw unavailable(
          trouble === undefined
            ? 'No data has been published yet. Try again when a batch run has ended.'
            : 'What is published cannot be read at the moment. Try again soon.',
          RETRY_AFTER_S,
        );
      return current;
    },
    trouble: () => trouble,
    poll,
    start: () => {
      timer = setTimeout(() => void pollAndWait(), options.pollMs).unref();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      stopped = true;
      stopListening?.();
      stopReconnects?.();
      clearTimeout(timer);
      await (following ?? polling);
      served?.open.release();
      served = undefined;
      current = undefined;
    },
  };
};
