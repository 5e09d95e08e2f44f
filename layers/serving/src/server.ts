/** The service on a socket. */
import { setTimeout as sleep } from 'node:timers/promises';

import { buildApp, type ServingContext } from './app.ts';
import type { PositionWaits } from './entrances/position-waits.ts';
import { positionText } from './merge/position.ts';
import { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';
import type { ServingStores } from './serving-stores.ts';

/** For whoever looks at all processes. */
export interface ServedState {
  readonly ready: boolean;
  /** 0: nothing has been published, or it cannot be read. */
  readonly publication: number;
  readonly version: number;
  readonly completeness: 'complete' | 'stale' | 'gap' | 'none';
  readonly lagMs: number;
  /** What `Rushes-Position` says; empty without a speed layer. */
  readonly position: string;
}

export interface RunningServer {
  /** Where it listens, with the port it really got. */
  readonly url: string;
  /** Whether what is answered has come to a position, now or within so many milliseconds. */
  readonly isShown: PositionWaits['until'];
  /** What is served. */
  readonly state: () => ServedState;
  /** Is ready no more, and after the delay takes no more connections, finishes what is under way, then ends. Stores stay open: whoever opened them closes them. */
  readonly close: () => Promise<void>;
}

/** How soon a connection is ended after its last answer, while closing. */
const IDLE_CHECK_MS = 20;

export const startServing = async (
  stores: ServingStores,
  options: Partial<ServingOptions>,
  context: ServingContext,
): Promise<RunningServer> => {
  const { host, port, shutdownDelayMs, drainTimeoutMs } = { ...DEFAULT_OPTIONS, ...options };
  const app = buildApp(stores, options, context);
  const url = await app.listen({ host, port });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    app.leave();
    await sleep(shutdownDelayMs);
    // The connection of an answer that was under way stays open for the next request, which is not wanted any more.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = setTimeout(() => {
      context.logger.warn(`requests were still under way after ${drainTimeoutMs} ms: cutting their connections`);
      app.server.closeAllConnections();
    }, drainTimeoutMs);
    // What has not been shown by now will not be: who waits for it gets an answer.
    app.waits.stop();
    try {
      await app.close();
    } finally {
      clearTimeout(cut);
      clearInterval(idle);
    }
  };
  const state = (): ServedState => {
    const snapshot = app.snapshots.peek();
    if (snapshot === undefined) return { ready: false, publication: 0, version: 0, completeness: 'none', lagMs: 0, position: '' };
    const { publication, completeness, position } = snapshot;
    return {
      ready: true,
      publication: publication.number,
      version: publication.version,
      completeness,
      lagMs: Math.round(app.snapshots.lagMs()),
      position: position === undefined ? '' : positionText(position),
    };
  };
  return { url, state, isShown: (position, ms) => app.waits.until(position, ms), close: () => (closing ??= close()) };
};
