export * from './fold.ts';
export * from './ids.ts';
export * from './imdb.ts';
