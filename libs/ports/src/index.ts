export * from './batch-view-store.ts';
export * from './object-store.ts';
export * from './rate-limiter.ts';
