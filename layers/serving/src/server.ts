/** The service on a socket. */
import { buildApp, type ServingContext, type ServingStores } from './app.ts';
import type { PositionWaits } from './entrances/position-waits.ts';
import { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';

export interface RunningServer {
  /** Where it listens, with the port it really got. */
  readonly url: string;
  /** Whether what is answered has come to a position, now or within so many milliseconds. */
  readonly isShown: PositionWaits['until'];
  /** Takes no more connections, finishes what is under way, then ends. Stores stay open: whoever opened them closes them. */
  readonly close: () => Promise<void>;
}

/** How soon a connection is ended after its last answer, while closing. */
const IDLE_CHECK_MS = 20;

export const startServing = async (
  stores: ServingStores,
  options: Partial<ServingOptions>,
  context: ServingContext,
): Promise<RunningServer> => {
  const { host, port, drainTimeoutMs } = { ...DEFAULT_OPTIONS, ...options };
  const app = buildApp(stores, options, context);
  const url = await app.listen({ host, port });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
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
  return { url, isShown: (position, ms) => app.waits.until(position, ms), close: () => (closing ??= close()) };
};
