import { availableParallelism } from 'node:os';

import { Type } from 'typebox';

import { optionalSetting, setting, type Setting, type SettingValue } from './setting.ts';

const text = Type.String({ minLength: 1 });
const count = Type.Integer({ minimum: 0 });
const positive = Type.Integer({ minimum: 1 });
const webAddress = Type.String({ pattern: '^https?://.+' });

/** Where data lies. */
const folders = {
  data: setting({
    variable: 'RUSHES_DATA',
    flag: '--data',
    placeholder: 'FOLDER',
    schema: text,
    fallback: './data',
    path: true,
    description: 'folder that holds everything Rushes stores: lake, batch views, scratch files',
  }),
  imdb: optionalSetting({
    variable: 'RUSHES_IMDB',
    flag: '--imdb',
    placeholder: 'FOLDER',
    schema: text,
    fallbackText: 'the sample',
    path: true,
    description: "folder with IMDb's files (title.basics.tsv.gz and others, plain or gzip)",
  }),
};

const http = {
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
    description: 'time in milliseconds that a client has to send its whole request',
  }),
};

const rateLimit = {
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
const overload = {
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
};

const serving = {
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
    description: 'memory for what events changed since the cut, in states; beyond it answers stay where they are and say `stale`',
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

const batch = {
  intervalMinutes: setting({
    variable: 'RUSHES_BATCH_INTERVAL_MINUTES',
    flag: '--batch-interval-minutes',
    placeholder: 'N',
    schema: positive,
    fallback: 240,
    description: 'minutes from the start of one scheduled run to the start of the next',
  }),
  auditIntervalMinutes: setting({
    variable: 'RUSHES_AUDIT_INTERVAL_MINUTES',
    flag: '--audit-interval-minutes',
    placeholder: 'N',
    schema: count,
    fallback: 1440,
    description: 'minutes between two audits of what is kept against a recompute over all events; 0 = none',
  }),
  memoryLimitMb: optionalSetting({
    variable: 'RUSHES_MEMORY_LIMIT_MB',
    flag: '--memory-limit-mb',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 64 }),
    fallbackText: "320, more for files over 64 MB (5 times their size), at most half of the machine's",
    description: "memory for the batch engine's buffers in MiB; beyond it spills to disk",
  }),
  threads: setting({
    variable: 'RUSHES_THREADS',
    flag: '--threads',
    placeholder: 'N',
    schema: positive,
    fallback: () => availableParallelism(),
    fallbackText: "the machine's cores",
    description: 'threads of the batch engine',
  }),
  keepVersions: setting({
    variable: 'RUSHES_KEEP_VERSIONS',
    flag: '--keep-versions',
    placeholder: 'N',
    schema: positive,
    fallback: 12,
    description: 'how many published versions are kept for rollback',
  }),
};

/** Who is told when a run publishes nothing. Both may be set; both are then used. */
const alert = {
  command: optionalSetting({
    variable: 'RUSHES_ALERT_COMMAND',
    flag: '--alert-command',
    placeholder: 'COMMAND',
    schema: text,
    fallbackText: 'none',
    description: 'shell command run when a run publishes nothing; RUSHES_ALERT_MESSAGE and RUSHES_ALERT_REPORT (JSON) tell it why',
  }),
  webhook: optionalSetting({
    variable: 'RUSHES_ALERT_WEBHOOK',
    flag: '--alert-webhook',
    placeholder: 'URL',
    schema: webAddress,
    fallbackText: 'none',
    secret: true,
    description: 'address that message and report are posted to as JSON when a run publishes nothing',
  }),
};

const log = {
  level: setting({
    variable: 'RUSHES_LOG_LEVEL',
    flag: '--log-level',
    placeholder: 'LEVEL',
    schema: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    fallback: 'info',
    description: 'least severe level that is logged',
  }),
  format: setting({
    variable: 'RUSHES_LOG_FORMAT',
    flag: '--log-format',
    placeholder: 'FORMAT',
    schema: Type.Enum(['auto', 'json', 'pretty']),
    fallback: 'auto',
    description: 'auto writes for people on a terminal and JSON lines elsewhere',
  }),
};

const download = {
  baseUrl: setting({
    variable: 'RUSHES_DOWNLOAD_BASE_URL',
    flag: '--base-url',
    placeholder: 'URL',
    schema: webAddress,
    fallback: 'https://datasets.imdbws.com/',
    description: "where `rushes download` fetches IMDb's files",
  }),
};

/** Every setting there is. The key of one is `group.name`; a configuration file nests them the same way. */
export const SETTINGS = { folders, http, rateLimit, overload, serving, batch, alert, log, download };

type Settings = typeof SETTINGS;

/** The checked configuration: a value for each setting. */
export type Config = { readonly [G in keyof Settings]: { readonly [K in keyof Settings[G]]: SettingValue<Settings[G][K]> } };

type KeyOf<G extends keyof Settings> = `${G}.${Extract<keyof Settings[G], string>}`;
export type SettingKey = { [G in keyof Settings]: KeyOf<G> }[keyof Settings];

/** All settings with their keys, in the order of their declaration. */
export const SETTING_LIST: readonly (readonly [SettingKey, Setting])[] = Object.entries(SETTINGS).flatMap(([group, settings]) =>
  Object.entries(settings).map(
    ([name, declared]) => [`${group}.${name}` as SettingKey, declared as Setting] as const, // as: keys and values of the literal above
  ),
);
