import type { Command } from 'commander';

import { addTmdbBackfill } from './tmdb-backfill.ts';

export const addTmdb = (program: Command): Command => {
  const tmdb = program.command('tmdb').description('What TMDB says of films, beside polling it.');
  addTmdbBackfill(tmdb);
  return tmdb;
};
