import { availableParallelism } from 'node:os';

import { Type } from 'typebox';

import { eventStreams, http, overload, rateLimit, serving } from './http-settings.ts';
import { jwt } from './jwt-settings.ts';
import { kubernetes } from './kubernetes-settings.ts';
import { cassandra, kafka, mongodb, postgres, redis, s3 } from './server-settings.ts';
import { optionalSetting, setting, type Setting, type SettingValue } from './setting.ts';
import { tmdb } from './tmdb-settings.ts';
import { tracing } from './tracing-settings.ts';

const text = Type.String({ minLength: 1 });
const count = Type.Integer({ minimum: 0 });
const positive = Type.Integer({ minimum: 1 });
/** A log keeps its records for seven days, and one that begins anew in the place of a lost one takes these from the archive. */
const days = Type.Integer({ minimum: 0, not: { minimum: 1, maximum: 6 } });
const webAddress = Type.String({ pattern: '^https?://.+' });

/** Where a process that serves nothing else shows how it does. */
const metrics = {
  host: setting({
    variable: 'RUSHES_METRICS_HOST',
    flag: '--metrics-host',
    placeholder: 'ADDRESS',
    schema: text,
    fallback: '127.0.0.1',
    description: 'address on which processes without an HTTP service (the speed layer, scheduled batch runs) have /metrics and /health',
  }),
  port: setting({
    variable: 'RUSHES_METRICS_PORT',
    flag: '--metrics-port',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 0, maximum: 65_535 }),
    fallback: 0,
    description: 'port for them; 0 takes a free one, which is told at the start',
  }),
};

const storeUrl = (name: string, what: string, place: string) =>
  optionalSetting({
    variable: `RUSHES_${name}_URL`,
    flag: `--${name.toLowerCase()}-url`,
    placeholder: 'URL',
    schema: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9+.-]*:.+$' }),
    fallbackText: `\`${place}\` in the data folder`,
    location: true,
    description: `where ${what}`,
  });

/** Where each store is. */
const stores = {
  objects: storeUrl('OBJECTS', 'the lake is: tables, manifests, the archive of the log', 'file:lake'),
  views: storeUrl('VIEWS', 'the batch views and the list of publications are', 'sqlite:views'),
  log: storeUrl('LOG', 'the event log is', 'sqlite:log.sqlite'),
  speed: storeUrl('SPEED', 'the speed layer keeps what it made of events', 'sqlite:speed.sqlite'),
  keys: storeUrl('KEYS', 'the API keys are', 'sqlite:keys.sqlite'),
  cache: setting({
    variable: 'RUSHES_CACHE_URL',
    flag: '--cache-url',
    placeholder: 'URL',
    schema: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9+.-]*:.*$' }),
    fallback: 'memory:',
    location: true,
    description:
      'where the HTTP service keeps answers, receipts and the buckets of the rate limit: in its own memory, or where its replicas share them',
  }),
};

/** Where data lies. */
const folders = {
  data: setting({
    variable: 'RUSHES_DATA',
    flag: '--data',
    placeholder: 'FOLDER',
    schema: text,
    fallback: './data',
    path: true,
    description: 'folder that holds everything Rushes stores and no URL places elsewhere, and scratch files',
  }),
  imdb: optionalSetting({
    variable: 'RUSHES_IMDB',
    flag: '--imdb',
    placeholder: 'FOLDER',
    schema: text,
    fallbackText: 'the sample',
    path: true,
    orUrl: 's3://',
    description: "folder with IMDb's files (title.basics.tsv.gz and others, plain or gzip), or s3://bucket/prefix that has them as objects",
  }),
};

const batch = {
  mode: setting({
    variable: 'RUSHES_BATCH_MODE',
    flag: '--batch-mode',
    placeholder: 'MODE',
    schema: Type.Enum(['schedule', 'once']),
    fallback: 'schedule',
    description: 'what the process `apps/batch` does: runs on a schedule until it is stopped, or one run, after which it ends',
  }),
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
    description: 'minutes between two audits of what is kept against its checksums and a recompute over all events; 0 = none',
  }),
  memoryLimitMb: optionalSetting({
    variable: 'RUSHES_MEMORY_LIMIT_MB',
    flag: '--memory-limit-mb',
    placeholder: 'N',
    schema: Type.Integer({ minimum: 64 }),
    fallbackText: "320, more for files over 107 MB (3 times their size), at most 480 or half of the machine's",
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
  bronzeDays: setting({
    variable: 'RUSHES_BRONZE_DAYS',
    flag: '--bronze-days',
    placeholder: 'N',
    schema: days,
    fallback: 90,
    description: "days that events themselves, and IMDb's files as they were read, are kept; what they come to stays; 0 = for ever",
  }),
  freeSpaceCheck: setting({
    variable: 'RUSHES_FREE_SPACE_CHECK',
    flag: '--free-space-check',
    placeholder: 'WHAT',
    schema: Type.Enum(['refuse', 'warn']),
    fallback: 'refuse',
    description: 'what becomes of a run that there is probably too little free space for: refuse, or warn and run',
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

/** Who is told what runs make of what, as events of OpenLineage. Both may be set; both are then used. */
const lineage = {
  file: optionalSetting({
    variable: 'RUSHES_LINEAGE_FILE',
    flag: '--lineage-file',
    placeholder: 'FILE',
    schema: text,
    fallbackText: 'none',
    description: 'file that gets what runs make of what, an event of OpenLineage a line',
  }),
  url: optionalSetting({
    variable: 'RUSHES_LINEAGE_URL',
    flag: '--lineage-url',
    placeholder: 'URL',
    schema: webAddress,
    fallbackText: 'none',
    description: 'address that these events are posted to, such as http://marquez:5000/api/v1/lineage',
  }),
  token: optionalSetting({
    variable: 'RUSHES_LINEAGE_TOKEN',
    placeholder: 'TEXT',
    schema: text,
    fallbackText: 'none',
    secret: true,
    description: 'bearer token for it',
  }),
  namespace: setting({
    variable: 'RUSHES_LINEAGE_NAMESPACE',
    flag: '--lineage-namespace',
    placeholder: 'NAME',
    schema: text,
    fallback: 'rushes',
    description: 'name space of jobs and data sets in these events: one for each deployment',
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
    description: 'auto writes for people; JSON lines with `--json` and in containers (apps/*), where nobody is looking',
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
export const SETTINGS = {
  folders,
  stores,
  s3,
  kafka,
  cassandra,
  mongodb,
  postgres,
  redis,
  http,
  jwt,
  rateLimit,
  overload,
  eventStreams,
  serving,
  batch,
  alert,
  lineage,
  kubernetes,
  tracing,
  log,
  metrics,
  download,
  tmdb,
};

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
