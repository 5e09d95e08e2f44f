export * from './duplicates.ts';
export * from './event-schemas.ts';
export * from './event-text.ts';
export * from './movie-fields.ts';
export * from './new-event.ts';
export * from './silver-event.ts';
export * from './topics.ts';
export { unusableText } from './unusable.ts';
