export { checkRedis, type RedisCheck, type RedisCheckOptions } from './check.ts';
export { openRedisLink, type RedisLink, type RedisLinkOptions } from './link.ts';
export type { CallOutcome, RedisObserver } from './observer.ts';
export { script } from './script.ts';
