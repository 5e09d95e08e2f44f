import type { RedisLink, RedisLinkOptions, RedisObserver } from '@rushes/adapters/redis-link';
import { parseRedisUrl } from '@rushes/adapters/server-addresses';
import type { StoreCheck } from '@rushes/ports';
import { type Config, UsageError } from '@rushes/runtime';

import { secretOf, tlsOf } from './server-settings.ts';

const client = () => import('@rushes/adapters/redis-link');

const PREFIX = /^[\w.-]{1,64}$/;
/** Of keys of a check, which belong to no log. */
const NO_LOG = 'none';

/** What several processes of the HTTP service can share, found by its URL, not opened yet. */
export interface FoundCache {
  /** For messages: without credentials. */
  readonly location: string;
  /** @throws StoreUnavailable if it cannot be used; UsageError for settings that cannot be. */
  readonly check: () => Promise<StoreCheck & { readonly latencyMs: number }>;
  /** Opens the way to it, which need not lead anywhere yet. @param logId whose events answers are made from. @throws UsageError for settings that cannot be. */
  readonly open: (logId: string, observer: RedisObserver) => Promise<RedisLink>;
}

/** `redis://host:port/database`. @throws RangeError, UsageError. */
export const redisCache = (url: string, { redis }: Pick<Config, 'redis'>): FoundCache => {
  const at = parseRedisUrl(url);
  const { user, keyPrefix } = redis;
  if (!PREFIX.test(keyPrefix)) throw new RangeError('redis.keyPrefix has at most 64 letters, digits, dots, hyphens and underscores');
  if (!at.tls && (redis.caFile ?? redis.certificateFile ?? redis.keyFile) !== undefined)
    throw new RangeError('certificates for Redis are given, but its URL does not begin with rediss:');
  const settle = async (logId: string): Promise<Omit<RedisLinkOptions, 'observer'>> => {
    const password = await secretOf('redis.password', redis.password, redis.passwordFile);
    if (user !== undefined && password === undefined)
      throw new UsageError('redis.user is set, without a password', { hint: 'Set redis.passwordFile.' });
    const tls = await tlsOf('redis', { ...redis, tls: at.tls ? 'on' : 'off' });
    return { at, keyPrefix: `${keyPrefix}:${logId}`, user, password, ...tls };
  };
  return {
    location: url,
    check: async () => {
      const options = await settle(NO_LOG);
      return (await client()).checkRedis(options);
    },
    open: async (logId, observer) => {
      const options = await settle(logId);
      return (await client()).openRedisLink({ ...options, observer });
    },
  };
};
