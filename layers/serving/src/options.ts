import type { TokenOptions } from './tokens/verify-token.ts';

/** All that can be set about the HTTP service, as plain values, with its defaults. Nothing else in this layer reads a setting. */
import { RELEASE } from '@rushes/runtime';

export interface ServingOptions {
  /** Address to listen on. */
  readonly host: string;
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Origins whose pages may read answers; `*` for all. Empty: no CORS headers at all. */
  readonly corsOrigins: readonly string[];
  /** Addresses or networks of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: readonly string[];
  /** Largest request body; more is refused with 413. */
  readonly bodyLimitBytes: number;
  /** Longest request target (path and query); more is refused with 414. */
  readonly urlLimitBytes: number;
  /** Time that a client has to send its request's headers. */
  readonly headersTimeoutMs: number;
  /** Time that a client has to send its whole request. */
  readonly requestTimeoutMs: number;
  /** Connections at once, as far as there are files for them. */
  readonly maxConnections: number;
  /** Time that an answer may take to compute; then 503. */
  readonly handlerTimeoutMs: number;
  /** Whole lists that are sent as they are read. */
  readonly streams: {
    /** How long a client may take none of what is ready before it is cut off. */
    readonly stallMs: number;
    /** How long one may take altogether: less than artefacts are kept after they were replaced. */
    readonly maxMs: number;
  };
  /** Streams of events, in each process. */
  readonly eventStreams: {
    /** Open at once. */
    readonly maxOpen: number;
    /** Open at once for one client; 0: no limit of its own. */
    readonly maxPerClient: number;
    /** After so long without a message, one is sent that only says how far the stream has come. */
    readonly heartbeatMs: number;
    /** How long one lasts: then it ends, and its client, which connects again, is asked anew who it is. */
    readonly maxMs: number;
    /** How long a client may take none of what is ready before it is cut off. */
    readonly stallMs: number;
    /** An answer that is followed is told no oftener than this. */
    readonly answerPauseMs: number;
    /** How long clients are told to wait before they connect again. */
    readonly retryMs: number;
  };
  /** How long an idle connection is kept open for the next request. */
  readonly keepAliveTimeoutMs: number;
  /** How long it goes on answering, not ready any more, once it has been asked to end: balancers see that meanwhile, and send it no more. */
  readonly shutdownDelayMs: number;
  /** For how long a process that has begun does not call itself ready because events are missing from its answers. */
  readonly readyPatienceMs: number;
  /** How long closing waits for requests under way before it cuts their connections. */
  readonly drainTimeoutMs: number;
  /** From which load on requests are refused with 503 and `Retry-After`; 0 switches a limit off. */
  readonly overload: {
    readonly maxEventLoopDelayMs: number;
    readonly maxHeapBytes: number;
    readonly maxRssBytes: number;
    /** Longest that computing an answer, or writing an event, waits in line; where it would take longer, requests are refused. */
    readonly maxWaitMs: number;
    /** How often load is measured. */
    readonly sampleIntervalMs: number;
    readonly retryAfterS: number;
  };
  /** How often the store is asked for a new publication. */
  readonly publicationPollMs: number;
  /** Memory for what events changed since the cut, in states of keys and epochs; beyond it answers stay where they are, and say `stale`. */
  readonly maxOverlayStates: number;
  /** Answers that lie further behind the log than this say `stale`. */
  readonly staleAfterMs: number;
  /** Memory for answers kept ready; 0 = none. */
  readonly responseCacheBytes: number;
  /** How long clients and shared caches may reuse an answer without asking again. */
  readonly cacheMaxAgeS: number;
  /** Who may read: anyone, or whoever has an API key, of any role. */
  readonly readAccess: 'anyone' | 'key';
  /** Whose tokens are worth something beside API keys; `undefined`: nobody's. */
  readonly tokens: TokenOptions | undefined;
  /** How long a request with `Rushes-Min-Position` waits until what is served has come to that position. */
  readonly minPositionWaitMs: number;
  /** Which code computes the answers: a part of every ETag. */
  readonly codeVersion: string;
}

export const DEFAULT_OPTIONS: ServingOptions = {
  host: '127.0.0.1',
  port: 8080,
  // Any page may read what is public. What is not is protected by keys, which a page has to be given; never by origin.
  corsOrigins: ['*'],
  trustProxy: [],
  bodyLimitBytes: 64 * 1024,
  urlLimitBytes: 8 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  maxConnections: 16_384,
  handlerTimeoutMs: 10_000,
  streams: { stallMs: 30_000, maxMs: 30 * 60_000 },
  eventStreams: {
    maxOpen: 1_000,
    maxPerClient: 20,
    heartbeatMs: 15_000,
    maxMs: 3_600_000,
    stallMs: 30_000,
    answerPauseMs: 1_000,
    retryMs: 2_000,
  },
  keepAliveTimeoutMs: 72_000,
  shutdownDelayMs: 0,
  readyPatienceMs: 300_000,
  drainTimeoutMs: 10_000,
  overload: { maxEventLoopDelayMs: 1_000, maxHeapBytes: 0, maxRssBytes: 0, maxWaitMs: 200, sampleIntervalMs: 500, retryAfterS: 5 },
  publicationPollMs: 250,
  maxOverlayStates: 200_000,
  staleAfterMs: 5_000,
  responseCacheBytes: 64 * 1024 * 1024,
  cacheMaxAgeS: 10,
  readAccess: 'anyone',
  tokens: undefined,
  minPositionWaitMs: 2_000,
  codeVersion: RELEASE,
};
