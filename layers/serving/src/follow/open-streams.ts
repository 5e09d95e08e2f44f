/** How many streams are open, in the process and for each client. Invariant: never more than the limits; what was counted is given back once. */
import { QUOTA_EXCEEDED } from '../http/rate-limit.ts';
import { Problem, unavailable } from '../http/problem.ts';

export interface StreamLimits {
  /** Open at once in this process. */
  readonly maxOpen: number;
  /** Open at once for one client; 0: no limit of its own. */
  readonly maxPerClient: number;
}

export interface OpenStreams {
  /** Aborts when all streams are to end. */
  readonly ending: AbortSignal;
  /**
   * Counts a stream of a client; the result gives it back.
   * @throws Problem (429, 503) if there are too many.
   */
  enter(client: string): () => void;
  /** Streams that are open. */
  size(): number;
  /** Ends all of them, and lets no more begin. */
  end(): void;
}

const RETRY_AFTER_S = 5;
const POLICY = 'streams';

export const createOpenStreams = ({ maxOpen, maxPerClient }: StreamLimits): OpenStreams => {
  const ended = new AbortController();
  const clients = new Map<string, number>();
  let open = 0;
  return {
    ending: ended.signal,
    size: () => open,
    end: () => ended.abort(),
    enter(client) {
      if (ended.signal.aborted) throw unavailable('This process is about to end: connect again.', 1);
      const own = clients.get(client) ?? 0;
      if (maxPerClient > 0 && own >= maxPerClient)
        throw new Problem(429, `${own} streams are open for this client, which is all that it may have: end one, or try again later.`, {
          type: QUOTA_EXCEEDED,
          members: { 'violated-policies': [POLICY] },
          headers: { 'retry-after': String(RETRY_AFTER_S) },
        });
      if (open >= maxOpen) throw unavailable(`${open} streams are open, which is all that there may be: try again later.`, RETRY_AFTER_S);
      open += 1;
      clients.set(client, own + 1);
      let isGiven = false;
      return () => {
        if (isGiven) return;
        isGiven = true;
        open -= 1;
        const left = (clients.get(client) ?? 1) - 1;
        if (left === 0) clients.delete(client);
        else clients.set(client, left);
      };
    },
  };
};
