export * from './events/index.ts';
export * from './fold.ts';
export * from './ids.ts';
export * from './imdb.ts';
export * from './instant.ts';
export * from './search/index.ts';
export * from './sentiment/index.ts';
export * from './utf8-order.ts';
