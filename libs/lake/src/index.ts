export * from './content-hash.ts';
export * from './derive-table.ts';
export * from './file-cache.ts';
export * from './lake.ts';
export * from './read-manifest.ts';
export * from './stored-file.ts';
