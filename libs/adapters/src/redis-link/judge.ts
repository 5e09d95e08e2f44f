/** What a server says of itself in INFO, as findings. Pure. Nothing here keeps the service from starting: it does without a cache. */
import type { StoreFinding } from '@rushes/ports';

/** Of the answer to INFO: `name:value` in each line. */
export const readInfo = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return line.startsWith('#') || colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );

const OLDEST = [6, 2] as const;

const isOlder = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

const warning = (message: string, hint: string): StoreFinding => ({ level: 'warning', message, hint });

const LRU = 'Set maxmemory-policy to allkeys-lru (or volatile-lru where others keep data there without an expiry).';

export const infoFindings = (info: ReadonlyMap<string, string>): readonly StoreFinding[] => {
  const version = info.get('redis_version');
  const policy = info.get('maxmemory_policy');
  return [
    ...(version !== undefined && isOlder(version)
      ? [warning(`its version ${version} is older than ${OLDEST.join('.')}`, 'Use a newer one: nothing was tried with this.')]
      : []),
    ...(info.get('cluster_enabled') === '1'
      ? [
          warning(
            'it is a node of a cluster, which has a part of the keys',
            'Use a server or a proxy that has all of them: clusters are not supported.',
          ),
        ]
      : []),
    ...(info.get('role') === 'slave'
      ? [warning('it is a replica, which keeps nothing', 'Name an address that leads to the primary.')]
      : []),
    ...(info.get('maxmemory') === '0'
      ? [warning('maxmemory is 0: it takes memory until its machine has none', 'Set maxmemory to what it may take.')]
      : []),
    ...(policy === 'noeviction' ? [warning('maxmemory-policy is noeviction: once it is full it keeps nothing new', LRU)] : []),
    ...(policy === 'volatile-ttl' || policy?.endsWith('-random') === true
      ? [warning(`maxmemory-policy is ${policy}: it may drop what is in use (buckets of the rate limit, receipts) before what is not`, LRU)]
      : []),
  ];
};

const SLOW_MS = 5;

export const latencyFindings = (latencyMs: number): readonly StoreFinding[] =>
  latencyMs > SLOW_MS
    ? [
        warning(
          `an answer takes ${latencyMs.toFixed(1)} ms: from ${SLOW_MS} ms on it is not used while it is so slow`,
          'Have it nearer: in the same network.',
        ),
      ]
    : [];
