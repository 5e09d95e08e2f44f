/**
 * Which snapshot is current. Invariants: looks at the store never overlap; the switch to a new publication is one assignment, after all
 * its artefacts are open; whatever fails, the snapshot before goes on serving.
 */
import type { BatchViewStore } from '@rushes/ports';

import { unavailable } from './problem.ts';
import { openSnapshot, type Snapshot } from './snapshot.ts';

export interface CurrentSnapshotOptions {
  readonly pollMs: number;
  readonly codeVersion: string;
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
  /** Why the last look at the store failed. */
  readonly trouble: () => unknown;
  /** Looks at the store now (or joins the look under way). Never rejects. */
  readonly poll: () => Promise<void>;
  readonly start: () => void;
  /** Ends polling and gives up the current snapshot; requests that hold it are not disturbed. */
  readonly stop: () => Promise<void>;
}

/** A first publication takes at least some seconds to build. */
const RETRY_AFTER_S = 5;

export const trackCurrentSnapshot = (store: BatchViewStore, options: CurrentSnapshotOptions): CurrentSnapshot => {
  let current: Snapshot | undefined;
  let trouble: unknown;
  let polling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const look = async (): Promise<void> => {
    if (stopped) return;
    try {
      const publication = await store.currentPublication();
      if (publication !== undefined && publication.number !== current?.publication.number) {
        const next = await openSnapshot(store, publication, options.codeVersion, (error) =>
          options.onTrouble('an artefact could not be closed', error),
        );
        const before = current;
        current = next;
        before?.release();
        options.onSwitch(next);
      }
      trouble = undefined;
    } catch (error) {
      trouble = error;
      options.onTrouble(`looking for a new publication in ${store.location} failed; trying again in ${options.pollMs} ms`, error);
    }
  };

  const poll = (): Promise<void> => {
    polling ??= look().finally(() => {
      polling = undefined;
    });
    return polling;
  };

  const pollAndWait = async (): Promise<void> => {
    await poll();
    if (!stopped) timer = setTimeout(() => void pollAndWait(), options.pollMs).unref();
  };

  return {
    peek: () => current,
    require: () => {
      if (current === undefined) throw unavailable('No data has been published yet. Try again when a batch run has ended.', RETRY_AFTER_S);
      return current;
    },
    trouble: () => trouble,
    poll,
    start: () => {
      timer = setTimeout(() => void pollAndWait(), options.pollMs).unref();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await polling;
      current?.release();
      current = undefined;
    },
  };
};
