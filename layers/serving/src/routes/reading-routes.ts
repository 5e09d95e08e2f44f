/** All routes that answer from views. */
import type { ObjectStore, SpeedStore } from '@rushes/ports';

import type { AddDataRoute } from './route-definition.ts';
import { addAnomalies } from './anomalies.ts';
import { addCatalog } from './catalog.ts';
import { addChanges } from './changes.ts';
import { addExplain } from './explain.ts';
import { addExplainFilms } from './explain-films.ts';
import { addGenreFigures } from './genre-figures.ts';
import { addExplainActivity } from './explain-activity.ts';
import { addGenres } from './genres.ts';
import { addMovie } from './movie.ts';
import { addMovies } from './movies.ts';
import { addExplainPopularity } from './explain-popularity.ts';
import { addPeople } from './people.ts';
import { addPopularity } from './popularity.ts';
import { addSearch } from './search.ts';
import { addSentiment } from './sentiment.ts';
import { addSimilar } from './similar.ts';
import { addTitles } from './titles.ts';
import { addTopByGenre } from './top-by-genre.ts';
import { addTopMovies } from './top-movies.ts';
import { addTrending } from './trending.ts';
import { addYearly } from './yearly.ts';
import { addTrends } from './trends.ts';

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
  addYearly(add);
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
  addPopularity(add, now);
  addTrending(add, now);
  addGenreFigures(add);
  addYearly(add);
  addExplainFilms(add);
  addTrends(add, now);
  addAnomalies(add, now);
  addExplain(add);
  addExplainActivity(add);
  addExplainPopularity(add);
  addChanges(add, speed);
  addCatalog(add, objects);
};
