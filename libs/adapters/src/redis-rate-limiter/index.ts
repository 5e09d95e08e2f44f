export { redisRateLimiter } from './redis-rate-limiter.ts';
