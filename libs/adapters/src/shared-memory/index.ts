export { sharedCaches } from './shared-caches.ts';
export { holdSharedMemory, type SharedMemory } from './shared-memory.ts';
export { sharedRateLimiter } from './shared-rate-limiter.ts';
