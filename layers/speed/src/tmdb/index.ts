export { KEY_HINT, type TmdbApi } from './api.ts';
export { createHttpApi } from './http-api.ts';
export { pollTmdb, type TmdbPolling } from './poll-tmdb.ts';
export { createRequestPace, type RequestPace } from './request-pace.ts';
export { createTmdbMetrics } from './tmdb-metrics.ts';
export { type Backfill, openTmdbState } from './tmdb-state.ts';
