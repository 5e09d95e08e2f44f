/** Settings of the HTTP service. */
import { Type } from 'typebox';

import { setting } from './setting.ts';

const text = Type.String({ minLength: 1 });
const count = Type.Integer({ minimum: 0 });
const positive = Type.Integer({ minimum: 1 });

export const http = {
  host: setting({
    variable: 'RUSHES_HOST',
    flag: '--host',
    placeholder: 'ADDRESS',
    schema: text,
    fallback: '127.0.0.1',
    description: 'address to listen on; 0.0.0.0 for all',
  }),
  port: setting({
    variable: 'RUSHES_PORT',
    flag: '--port',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    fallback: 8080,
    description: 'port to listen on; 0 takes a free one',
  }),
  corsOrigins: setting({
    variable: 'RUSHES_CORS_ORIGINS',
    flag: '--cors-origins',
    placeholder: 'LIST',
    schema: Type.Array(text),
    fallback: ['*'],
    description: 'origins whose pages may read answers, separated by commas; * for all',
  }),
  trustProxy: setting({
    variable: 'RUSHES_TRUST_PROXY',
    flag: '--trust-proxy',
    placeholder: 'LIST',
    schema: Type.Array(text),
    fallback: [],
    fallbackText: 'none',
    description: 'addresses or networks of proxies whose X-Forwarded-* headers are believed, separated by commas (loopback, 10.0.0.0/8)',
  }),
  bodyLimitBytes: setting({
    variable: 'RUSHES_BODY_LIMIT_BYTES',
    flag: '--body-limit-bytes',
    placeholder: 'N',
    schema: positive,
    fallback: 65_536,
    description: 'largest request body in bytes; more is refused with 413',
  }),
  requestTimeoutMs: setting({
    variable: 'RUSHES_REQUEST_TIMEOUT_MS',
    flag: '--request-timeout-ms',
    placeholder: 'N',
    schema: positive,
    fallback: 30_000,
    description: 'time in milliseconds that a client has to send its whole request; then 408, and the connection is closed',
  }),
  shutdownDelayMs: setting({
    variable: 'RUSHES_SHUTDOWN_DELAY_MS',
    flag: '--shutdown-delay-ms',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 0, maximum: 12_000 }),
    fallback: 0,
    description:
      'time in milliseconds for which a service that was asked to end goes on answering while /health/ready says 503, so that balancers send it no more',
  }),
  readyPatienceMs: setting({
    variable: 'RUSHES_READY_PATIENCE_MS',
    flag: '--ready-patience-ms',
    placeholder: 'N',
    schema: count,
    fallback: 300_000,
    description:
      'time in milliseconds for which a process that has begun says 503 at /health/ready while it has not caught up with the events that are there; then it is ready with what it has',
  }),
  headersTimeoutMs: setting({
    variable: 'RUSHES_HEADERS_TIMEOUT_MS',
    flag: '--headers-timeout-ms',
    placeholder: 'N',
    schema: positive,
    fallback: 10_000,
    description: "time in milliseconds that a client has, after it connected, to send its request's headers; never more than for the whole",
  }),
  maxConnections: setting({
    variable: 'RUSHES_MAX_CONNECTIONS',
    flag: '--max-connections',
    placeholder: 'N',
    schema: positive,
    fallback: 16_384,
    description:
      'connections at once, but always fewer than the process may have open files (`ulimit -n`): 256, or three quarters of few, are kept for the rest; further ones are closed as they come',
  }),
};

export const rateLimit = {
  perMinute: setting({
    variable: 'RUSHES_RATE_LIMIT_PER_MINUTE',
    flag: '--rate-limit-per-minute',
    placeholder: 'N',
    schema: count,
    fallback: 100,
    description: 'requests a minute for each key or address; 0 switches the limit off',
  }),
  burst: setting({
    variable: 'RUSHES_RATE_LIMIT_BURST',
    flag: '--rate-limit-burst',
    placeholder: 'N',
    schema: positive,
    fallback: 20,
    description: 'requests that a client may send at once',
  }),
};

/** From which load on new requests are answered 503 with Retry-After. 0 switches a limit off. */
export const overload = {
  maxEventLoopDelayMs: setting({
    variable: 'RUSHES_OVERLOAD_EVENT_LOOP_DELAY_MS',
    flag: '--overload-event-loop-delay-ms',
    placeholder: 'N',
    schema: count,
    fallback: 1_000,
    description: 'delay of the event loop in milliseconds from which requests are refused with 503; 0 = no limit',
  }),
  maxHeapBytes: setting({
    variable: 'RUSHES_OVERLOAD_HEAP_BYTES',
    flag: '--overload-heap-bytes',
    placeholder: 'N',
    schema: count,
    fallback: 0,
    description: 'JavaScript heap in bytes from which requests are refused with 503; 0 = no limit',
  }),
  maxRssBytes: setting({
    variable: 'RUSHES_OVERLOAD_RSS_BYTES',
    flag: '--overload-rss-bytes',
    placeholder: 'N',
    schema: count,
    fallback: 0,
    description: 'resident memory in bytes from which requests are refused with 503; 0 = no limit',
  }),
  maxWaitMs: setting({
    variable: 'RUSHES_OVERLOAD_WAIT_MS',
    flag: '--overload-wait-ms',
    placeholder: 'N',
    schema: count,
    fallback: 200,
    description:
      'longest that a request waits in line before it is worked on, in milliseconds; where it would be longer it is refused with 503; 0 = no limit',
  }),
};

/** Streams of events (`/stream`), in each process of the service. */
export const eventStreams = {
  maxOpen: setting({
    variable: 'RUSHES_EVENT_STREAMS_MAX_OPEN',
    flag: '--event-streams-max-open',
    placeholder: 'N',
    schema: count,
    fallback: 1_000,
    description: 'streams of events that are open at once in a process; further ones are refused with 503',
  }),
  maxPerClient: setting({
    variable: 'RUSHES_EVENT_STREAMS_MAX_PER_CLIENT',
    flag: '--event-streams-max-per-client',
    placeholder: 'N',
    schema: count,
    fallback: 20,
    description: 'the same for each key or address; further ones are refused with 429; 0 = no limit',
  }),
  heartbeatMs: setting({
    variable: 'RUSHES_EVENT_STREAMS_HEARTBEAT_MS',
    flag: '--event-streams-heartbeat-ms',
    placeholder: 'N',
    schema: positive,
    fallback: 15_000,
    description:
      'time in milliseconds after which a stream of events that has told nothing says how far it has come: less than proxies keep a silent connection',
  }),
  maxMs: setting({
    variable: 'RUSHES_EVENT_STREAMS_MAX_MS',
    flag: '--event-streams-max-ms',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 1, maximum: 86_400_000 }),
    fallback: 3_600_000,
    description: 'time in milliseconds after which a stream of events ends; its client connects again, and is asked anew who it is',
  }),
};

export const serving = {
  workers: setting({
    variable: 'RUSHES_WORKERS',
    flag: '--workers',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 1, maximum: 256 }),
    fallback: 1,
    description:
      'processes that `rushes serve` and `apps/serving` answer with, on one port: as many as the machine has cores, if it has the memory; each has an overlay and a cache of answers of its own',
  }),
  readAccess: setting({
    variable: 'RUSHES_READ_ACCESS',
    flag: '--read-access',
    placeholder: 'WHO',
    schema: Type.Enum(['anyone', 'key']),
    fallback: 'anyone',
    description: 'who may read: anyone, or whoever has an API key',
  }),
  publicationPollMs: setting({
    variable: 'RUSHES_PUBLICATION_POLL_MS',
    flag: '--publication-poll-ms',
    placeholder: 'N',
    schema: positive,
    fallback: 250,
    description: 'how often the serving layer looks for a new publication, in milliseconds',
  }),
  staleAfterMs: setting({
    variable: 'RUSHES_STALE_AFTER_MS',
    flag: '--stale-after-ms',
    placeholder: 'N',
    schema: positive,
    fallback: 5000,
    description: 'answers that lie further behind the log than this say `stale`, in milliseconds',
  }),
  maxOverlayStates: setting({
    variable: 'RUSHES_MAX_OVERLAY_STATES',
    flag: '--max-overlay-states',
    placeholder: 'N',
    schema: positive,
    fallback: 200_000,
    description:
      'memory for what events changed since the cut, in states (eight of activity or popularity count as one); beyond it answers stay where they are and say `stale`',
  }),
  minPositionWaitMs: setting({
    variable: 'RUSHES_MIN_POSITION_WAIT_MS',
    flag: '--min-position-wait-ms',
    placeholder: 'N',
    schema: count,
    fallback: 2000,
    description: 'how long a request waits for the position that it demands, in milliseconds',
  }),
  responseCacheBytes: setting({
    variable: 'RUSHES_RESPONSE_CACHE_BYTES',
    flag: '--response-cache-bytes',
    placeholder: 'N',
    schema: count,
    fallback: 67_108_864,
    description: 'memory for answers kept ready, in bytes; 0 = none',
  }),
};
