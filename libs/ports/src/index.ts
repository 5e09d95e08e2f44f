export * from './api-key-store.ts';
export * from './api-key-text.ts';
export * from './batch-view-store.ts';
export * from './event-log.ts';
export * from './object-store.ts';
export * from './rate-limiter.ts';
export * from './speed-store.ts';
