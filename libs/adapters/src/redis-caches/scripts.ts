/** What happens to a cache's key on the server, each in one step. A kept value is answered with the milliseconds that it is still good for. */
import { script } from '../redis-link/index.ts';

/** KEYS: value. */
export const LOOK = script(
  'look',
  `local kept = redis.call('GET', KEYS[1])
if kept then return {kept, redis.call('PTTL', KEYS[1])} end
return false`,
);

/**
 * The value; or 1: it is the caller's to compute; or 0: somebody else computes it. KEYS: value, lock. ARGV: the caller's token, for how long it is
 * the caller's. On a server that is full or a replica nobody can say so: then every caller computes.
 */
export const BEGIN = script(
  'begin',
  `local kept = redis.call('GET', KEYS[1])
if kept then return {kept, redis.call('PTTL', KEYS[1])} end
if redis.pcall('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`,
);

/**
 * Keeps what was computed, unless somebody was quicker, whose value is answered: all have the same. KEYS: value, lock. ARGV: token, value, for how long in
 * milliseconds (0: nothing is kept), 1 to replace what is there.
 */
export const END = script(
  'end',
  `if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
if ARGV[3] == '0' then return false end
if ARGV[4] == '0' then
  local kept = redis.call('GET', KEYS[1])
  if kept then return {kept, redis.call('PTTL', KEYS[1])} end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false`,
);

/** KEYS: value. ARGV: value, for how long in milliseconds (0: it is removed). */
export const PUT = script(
  'put',
  `if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
);

/** Whether the name is the owner's. KEYS: claim. ARGV: owner, for how long in milliseconds. */
export const CLAIM = script(
  'claim',
  `local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
);

/** KEYS: claim. ARGV: owner. */
export const RELEASE = script(
  'release',
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`,
);
