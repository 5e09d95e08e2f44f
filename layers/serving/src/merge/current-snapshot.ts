/**
 * Which snapshot is current. Invariants: work on the stores never overlaps; a switch, to a new publication or to a new position, is one assignment, after
 * all that it needs is there; no answer's position lies before that of an answer given earlier, rollbacks included; whatever fails, the snapshot before
 * goes on serving, and goes on following the events; what cannot be looked at counts as changed since the last good look.
 */
import type { BatchViewStore, Publication, SpeedStore } from '@rushes/ports';

import type { Lag } from './lag.ts';
import { isMended, missingEvents } from './overlay/completeness.ts';
import { MissedChangesError, type Overlay } from './overlay/overlay.ts';
import { preparer, type Served } from './prepare.ts';
import { unavailable } from '../http/problem.ts';
import { retryTimes } from './retry-times.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

export interface CurrentSnapshotOptions {
  readonly pollMs: number;
  /** Bound of the overlay's memory, in states of keys and epochs. */
  readonly maxOverlayStates?: number;
  readonly codeVersion: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that nobody sets. */
  readonly elapsedMs: () => number;
  /** An id that nothing else has, on no replica. */
  readonly newId: () => string;
  /** How far answers lie behind the log; `undefined` without one. */
  readonly lag: Lag | undefined;
  /** Answers that lie further behind than this are stale. */
  readonly staleAfterMs: number;
  /** Something went wrong; serving goes on. */
  readonly onTrouble: (message: string, error: unknown) => void;
  /** What went wrong does so no more. */
  readonly onRecovery?: () => void;
  /** Another publication is served from now on. */
  readonly onSwitch: (snapshot: Snapshot) => void;
}

export interface CurrentSnapshot {
  /** For a look at what is served. */
  readonly peek: () => Snapshot | undefined;
  /** The current snapshot. Throws a 503 `Problem` while there is none. Whoever reads artefacts pins it, before anything is awaited. */
  readonly require: () => Snapshot;
  /** For how long something may be there that answers do not show, in milliseconds. */
  readonly lagMs: () => number;
  /** The newest publication that was seen, whether or not it can be served. */
  readonly newest: () => Publication | undefined;
  /** Why the last look at the stores failed, or the newest publication is not what is served. */
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

/** So many publications are tried where the newest cannot be served: more than are kept. */
const HISTORY = 50;

export const trackCurrentSnapshot = (
  store: BatchViewStore,
  speed: SpeedStore | undefined,
  options: CurrentSnapshotOptions,
): CurrentSnapshot => {
  const { elapsedMs, lag, staleAfterMs } = options;
  let served: Served | undefined;
  let current: Snapshot | undefined;
  let newest: Publication | undefined;
  let trouble: unknown;
  /** Why the newest publication is not served. */
  let refusal: unknown;
  let polling: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  /** The overlay has to be read anew: the store may have lost writes, or the change records do not lead on. */
  let isDoubtful = false;
  /** When the last look began that saw everything; before the first one, when there was nothing to be seen. */
  let lastGoodMs = elapsedMs();
  let hasLooked = false;
  const listeners = new Set<() => void>();
  const retries = retryTimes<number>(elapsedMs);
  const prepare = preparer(store, speed, { ...options, isStopped: () => stopped });

  /** For how long it has not been seen what is in the stores. Between two looks, and while one takes a while, nothing is amiss. */
  const blindMs = (): number => {
    const sinceMs = elapsedMs() - lastGoodMs;
    return trouble !== undefined || sinceMs > options.pollMs + staleAfterMs ? Math.max(0, sinceMs) : 0;
  };
  const lagMs = (): number => Math.max(lag?.ms() ?? 0, blindMs());
  /** A service that has never seen everything does not know how late it is. */
  const isLate = (): boolean => (trouble !== undefined && !hasLooked) || lagMs() > staleAfterMs;
  const isStale = (overlay: Overlay | undefined): boolean => isLate() || overlay?.isFull() === true;

  const show = ({ id, open, overlay }: Served): void => {
    const state = overlay?.state();
    const { publication } = open;
    const part = overlay &&
      state && { overlay: state, missing: missingEvents(overlay.coverage(), publication, state.position, options.now()) };
    const isPartial = part !== undefined && part.missing.length > 0;
    const next = takeSnapshot(open, isPartial ? `${options.codeVersion} ${id}` : options.codeVersion, part, isStale(overlay));
    const isSwitch = publication.number !== current?.publication.number;
    current = next;
    if (isSwitch) options.onSwitch(next);
    for (const listener of listeners) listener();
  };

  /** Time alone makes answers stale: also while a look does not come to its end. */
  const upToDate = (): Snapshot | undefined => {
    if (served !== undefined && current?.missing.length === 0 && isStale(served.overlay) !== (current.completeness === 'stale'))
      show(served);
    return current;
  };

  const takeOver = async (publication: Publication, partly: boolean): Promise<void> => {
    const wasDoubtful = isDoubtful;
    isDoubtful = false;
    const next = await prepare({ publication, current, partly }).catch((error: unknown) => {
      isDoubtful ||= wasDoubtful;
      throw error;
    });
    isDoubtful ||= next.isWithoutEvents;
    const before = served;
    served = next;
    show(next);
    before?.open.release();
  };

  /** Where nothing is served yet and the newest publication cannot be: the newest of those before that can, else what there is of the newest. */
  const fallBack = async (wanted: Publication): Promise<void> => {
    const tried = new Set<number>();
    for (const publication of await store.listPublications(HISTORY)) {
      // Offsets of another log say nothing about the speed store.
      if (publication.number >= wanted.number || publication.log !== wanted.log || tried.has(publication.version)) continue;
      tried.add(publication.version);
      const isServed = await takeOver(publication, false).then(
        () => true,
        () => false,
      );
      if (isServed) return;
    }
    await takeOver(wanted, true).catch(() => undefined);
  };

  /** What is answered from while a publication cannot be served, for people. */
  const insteadOf = (wanted: Publication): string => {
    if (served === undefined) return 'nothing is';
    const { publication, absent } = served.open;
    return publication.number === wanted.number
      ? `answering without ${absent.join(', ')}`
      : `answering from publication ${publication.number}, version ${publication.version}`;
  };

  const isNewestServed = (): boolean =>
    newest === undefined || (served?.open.publication.number === newest.number && served.open.absent.length === 0);

  /** Brings the newest publication to be served, and what is in doubt to be read anew. Whether something else is served now. */
  const switchTo = async (wanted: Publication): Promise<boolean> => {
    if (!isNewestServed() && retries.isDue(wanted.number)) {
      try {
        await takeOver(wanted, false);
        retries.succeeded();
        return true;
      } catch (error) {
        retries.failed(wanted.number);
        refusal = error;
        if (served === undefined) await fallBack(wanted);
        options.onTrouble(`publication ${wanted.number} in ${store.location} cannot be served: ${insteadOf(wanted)}`, error);
        if (served?.open.publication.number === wanted.number) return true;
      }
    }
    if (!isDoubtful || served === undefined) return false;
    await takeOver(served.open.publication, served.open.absent.length > 0);
    return true;
  };

  /** Applies what events changed to what is served. */
  const follow = async (followed: Served, overlay: Overlay): Promise<void> => {
    const changed = await overlay.advance();
    await overlay.readCoverage();
    const { position } = overlay.state();
    await lag?.check(position);
    const missing = missingEvents(overlay.coverage(), overlay.publication, position, options.now());
    if (current !== undefined && isMended(current.missing, missing)) {
      // Until it is read anew, answers go on saying what they lack.
      isDoubtful = true;
      void poll();
    } else if (changed || missing.length !== current?.missing.length) show(followed);
  };

  const look = async (): Promise<void> => {
    if (stopped) return;
    const beganMs = elapsedMs();
    try {
      const found = await store.currentPublication();
      if (found === undefined && newest !== undefined) throw new Error(`the publications in ${store.location} are gone`);
      newest = found;
      const isSwitched = newest !== undefined && (await switchTo(newest));
      if (!isSwitched && served?.overlay !== undefined) await follow(served, served.overlay);
      trouble = isNewestServed() ? undefined : refusal;
      if (trouble === undefined || served?.open.publication.number === newest?.number) {
        lastGoodMs = beganMs;
        hasLooked = true;
      }
      if (trouble === undefined) options.onRecovery?.();
    } catch (error) {
      if (error instanceof MissedChangesError) isDoubtful = true;
      trouble = error;
      options.onTrouble(`looking for what is new in ${store.location} failed; trying again in ${options.pollMs} ms`, error);
    }
    upToDate();
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
    peek: upToDate,
    require: () => {
      const snapshot = upToDate();
      if (snapshot === undefined)
        throw unavailable(
          trouble === undefined
            ? 'No data has been published yet. Try again when a batch run has ended.'
            : 'What is published cannot be read at the moment. Try again soon.',
          RETRY_AFTER_S,
        );
      return snapshot;
    },
    lagMs,
    newest: () => newest,
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
