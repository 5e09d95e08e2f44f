/**
 * Token buckets that all processes on one server share, filled by its clock. A bucket is removed a while after it would be full, since a client without one has a
 * full one. The arithmetic is that of `token-bucket.ts`; a test compares both.
 */
import type { RateLimiter } from '@rushes/ports';

import { bucketDecision } from '../token-bucket/token-bucket.ts';
import { type RedisLink, script } from '../redis-link/index.ts';

/** After it is full, in milliseconds. */
const KEPT_MS = 10_000;

/** Whether a token was taken, and how many are left. KEYS: bucket. ARGV: tokens a minute, burst, milliseconds to keep a full one, the time if not the server's. */
const TAKE = script(
  'take',
  `local per_minute, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local held = burst
local tokens, at = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) (%S+)$')
tokens, at = tonumber(tokens or ''), tonumber(at or '')
if tokens and at then held = math.min(burst, tokens + math.max(0, now - at) * per_minute / 60000) end
local taken = held >= 1 and 1 or 0
held = held - taken
local full_ms = math.ceil((burst - held) * 60000 / per_minute)
redis.call('SET', KEYS[1], string.format('%.17g %.17g', held, now), 'PX', string.format('%.0f', full_ms + ARGV[3]))
return {taken, string.format('%.17g', held)}`,
);

interface RedisRateLimiterOptions {
  /** Milliseconds; the server's clock by default. */
  readonly now?: () => number;
}

/** @param own the same limits in this process: what counts where the server is lost. */
export const redisRateLimiter = (link: RedisLink, own: RateLimiter, { now }: RedisRateLimiterOptions = {}): RateLimiter => {
  const { perMinute, burst } = own;
  return {
    perMinute,
    burst,
    take: async (client, waited) => {
      const args = [perMinute, burst, KEPT_MS, ...(now === undefined ? [] : [now()])];
      const reply = (await link.run(TAKE, [link.key('limit', client)], args, waited))?.reply;
      if (!Array.isArray(reply)) return own.take(client, waited);
      const [taken, left] = reply as readonly unknown[]; // as: what the script returns
      return bucketDecision({ perMinute, burst }, taken === 1, Number(String(left)));
    },
  };
};
