/**
 * Which snapshot is current: does what `follower.ts` decides. Invariants: a switch, to a new publication or to a new position, is one assignment, after all
 * that it needs is there; no answer's position lies before that of an answer given earlier, rollbacks included.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import type { PartitionId } from '@rushes/domain';
import type { BatchViewStore, Coverage, Publication, SpeedStore } from '@rushes/ports';

import { beginFollowing, type FollowerEvent, type Notice, type Report, type Step } from './follower-state.ts';
import { blindMs, next } from './follower.ts';
import type { Lag } from './lag.ts';
import { isMended, missingEvents } from './overlay/completeness.ts';
import type { Overlay } from './overlay/overlay.ts';
import { preparer, type Served } from './prepare.ts';
import { unavailable } from '../http/problem.ts';
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
  /** Events are shown from now on that were appended then, in milliseconds since 1970. */
  readonly onArrivals?: (appendedAtMs: readonly number[]) => void;
}

export interface CurrentSnapshot {
  /** For a look at what is served. */
  readonly peek: () => Snapshot | undefined;
  /** The current snapshot. Throws a 503 `Problem` while there is none. Whoever reads artefacts pins it, before anything is awaited. */
  readonly require: () => Snapshot;
  /** For how long something may be there that answers do not show, in milliseconds. */
  readonly lagMs: () => number;
  /** For how long an event has been in the log that answers do not show, in milliseconds; `undefined` until answers were compared with the log; 0 without one. */
  readonly eventLagMs: () => number | undefined;
  /** The same of each partition that has such an event. */
  readonly eventLags: () => ReadonlyMap<PartitionId, number>;
  /** What the speed store covers, as it was read last. */
  readonly coverage: () => readonly Coverage[];
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
  const { elapsedMs, lag, staleAfterMs, pollMs } = options;
  const setting = { location: store.location, pollMs };
  let state = beginFollowing(elapsedMs());
  let current: Snapshot | undefined;
  const stopped = new AbortController();
  const listeners = new Set<() => void>();
  /** Who waits for the end of a poll, by its number. */
  let waiting: readonly { readonly poll: number; readonly resolve: () => void }[] = [];
  const prepare = preparer(store, speed, { ...options, signal: stopped.signal });

  const lagMs = (): number => Math.max(lag?.ms() ?? 0, blindMs(state, elapsedMs(), staleAfterMs, setting));
  /** A service that has never seen everything does not know how late it is. */
  const isLate = (): boolean => (state.trouble !== undefined && !state.hasSeenAll) || lagMs() > staleAfterMs;
  const isStale = (overlay: Overlay | undefined): boolean => isLate() || overlay?.isFull() === true;
  const missingNow = (overlay: Overlay) => missingEvents(overlay.coverage(), overlay.publication, overlay.state().position, options.now());

  const show = ({ id, open, overlay }: Served): void => {
    const part = overlay && { overlay: overlay.state(), missing: missingNow(overlay) };
    const isPartial = part !== undefined && part.missing.length > 0;
    const shown = takeSnapshot(open, isPartial ? `${options.codeVersion} ${id}` : options.codeVersion, part, isStale(overlay));
    const isSwitch = shown.publication.number !== current?.publication.number;
    current = shown;
    if (isSwitch) options.onSwitch(shown);
    options.onArrivals?.(overlay?.takeArrivals() ?? []);
    for (const listener of listeners) listener();
  };

  /** Time alone makes answers stale: also while a poll does not come to its end. */
  const upToDate = (): Snapshot | undefined => {
    const { served } = state;
    if (served !== undefined && current?.awaited.length === 0 && isStale(served.overlay) !== (current.projected === 'stale')) show(served);
    return current;
  };

  const advance = async (overlay: Overlay, isHeardEnough: boolean): Promise<Report> => {
    const advancing = overlay.advance(isHeardEnough);
    const [hasAdvanced] = await Promise.all([advancing, lag?.check(advancing.then(() => overlay.state().position))]);
    const [before, missing] = [current?.awaited ?? [], missingNow(overlay)];
    return { is: 'advanced', isChanged: hasAdvanced || missing.length !== before.length, isMended: isMended(before, missing) };
  };

  const perform = async (step: Step): Promise<Report> => {
    switch (step.do) {
      case 'find':
        return { is: 'found', publication: await store.currentPublication() };
      case 'list':
        return { is: 'listed', publications: await store.listPublications(HISTORY) };
      case 'open':
        return { is: 'opened', served: await prepare({ publication: step.publication, current, partly: step.partly }) };
      case 'advance':
        return advance(step.overlay, step.isHeardEnough);
    }
  };

  const act = (notice: Notice): void => {
    switch (notice.say) {
      case 'show':
        return show(notice.served);
      case 'release':
        return notice.served.open.release();
      case 'trouble':
        return options.onTrouble(notice.message, notice.error);
      case 'recovered':
        return options.onRecovery?.();
    }
  };

  const isGone = (): boolean => state.isStopped && state.step === undefined;
  const resolveEnded = (): void => {
    const ended = waiting.filter((one) => one.poll <= state.ended || isGone());
    waiting = waiting.filter((one) => !ended.includes(one));
    for (const { resolve } of ended) resolve();
  };
  /** Resolves when the poll of this number has ended, or all of them have. */
  const ended = (number: number): Promise<void> =>
    new Promise((resolve) => {
      waiting = [...waiting, { poll: number, resolve }];
      resolveEnded();
    });

  const take = (event: FollowerEvent): void => {
    const before = state;
    const after = next(before, event, elapsedMs(), setting);
    state = after.state;
    for (const notice of after.notices) act(notice);
    if (isGone()) current = undefined;
    if (state.ended > before.ended) upToDate();
    resolveEnded();
    if (state.step !== undefined && state.step !== before.step)
      void perform(state.step)
        .catch((error: unknown): Report => ({ is: 'failed', error }))
        .then(take);
  };

  /** A poll that begins from now on: one that is under way may have passed what is asked about. */
  const poll = (): Promise<void> => {
    const number = state.begun + 1;
    take({ is: 'asked' });
    return ended(number);
  };

  /** Until the next poll is due, or there are change records to apply: whether there are. */
  const waitForChanges = async (): Promise<boolean> => {
    const waitMs = Math.max(0, state.lastWholeMs + pollMs - elapsedMs());
    const overlay = state.trouble === undefined ? state.served?.overlay : undefined;
    if (waitMs > 0 && overlay !== undefined)
      try {
        return await overlay.hear(waitMs, stopped.signal);
      } catch {
        // The poll will tell what is wrong.
      }
    await sleep(Math.max(1, state.lastWholeMs + pollMs - elapsedMs()), undefined, { signal: stopped.signal, ref: false }).catch(
      () => undefined,
    );
    return false;
  };
  const pollAgain = async (): Promise<void> => {
    while (!state.isStopped) {
      const number = state.begun + 1;
      if (await waitForChanges()) {
        take({ is: 'heard' });
        await ended(Math.min(number, state.begun));
      } else await poll();
    }
  };

  return {
    peek: upToDate,
    require: () => {
      const snapshot = upToDate();
      if (snapshot === undefined)
        throw unavailable(
          state.trouble === undefined
            ? 'No data has been published yet. Try again when a batch run has ended.'
            : 'What is published cannot be read at the moment. Try again soon.',
          RETRY_AFTER_S,
        );
      return snapshot;
    },
    lagMs,
    eventLagMs: () => (lag === undefined ? 0 : lag.isKnown() ? lag.ms() : undefined),
    eventLags: () => lag?.byPartition() ?? new Map<PartitionId, number>(),
    coverage: () => state.served?.overlay?.coverage() ?? [],
    newest: () => state.newest,
    trouble: () => state.trouble,
    poll,
    start: () => {
      void pollAgain();
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: async () => {
      stopped.abort();
      take({ is: 'stopped' });
      await ended(Number.POSITIVE_INFINITY);
    },
  };
};
