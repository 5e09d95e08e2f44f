/** All routes that answer from views. */
import type { ObjectStore, SpeedStore } from '@rushes/ports';

import type { AddDataRoute } from './route-definition.ts';
import { addCatalog } from './catalog.ts';
import { addChanges } from './changes.ts';
import { addExplain } from './explain.ts';
import { addGenres } from './genres.ts';
import { addMovie } from './movie.ts';
import { addMovies } from './movies.ts';
import { addPeople } from './people.ts';
import { addSearch } from './search.ts';
import { addSentiment } from './sentiment.ts';
import { addSimilar } from './similar.ts';
import { addTitles } from './titles.ts';
import { addTopByGenre } from './top-by-genre.ts';
import { addTopMovies } from './top-movies.ts';
import { addTrending } from './trending.ts';

export interface ReadingContext {
  readonly objects: ObjectStore;
  readonly speed: SpeedStore | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Those of lists that are tables among others. */
export const addTableRoutes = (add: AddDataRoute): void => {
  addMovies(add);
  addTitles(add);
  addGenres(add);
  addTopMovies(add);
  addPeople(add);
  addTopByGenre(add);
};

export const addReadingRoutes = (add: AddDataRoute, { objects, speed, now }: ReadingContext): void => {
  addMovies(add);
  addMovie(add);
  addSimilar(add, now);
  addTitles(add);
  addSearch(add);
  addGenres(add);
  addTopMovies(add);
  addPeople(add);
  addTopByGenre(add);
  addSentiment(add, now);
  addTrending(add, now);
  addExplain(add);
  addChanges(add, speed);
  addCatalog(add, objects);
};
