export { project, projectAlone } from './project.ts';
export { requireTmdb, startTmdb } from './tmdb.ts';
