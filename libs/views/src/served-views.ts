import { activity } from './activity.ts';
import { credits } from './credits.ts';
import { filmMonths, movieMonths } from './film-months.ts';
import { filmSums } from './film-sums.ts';
import { genres } from './genres.ts';
import { people } from './people.ts';
import { searchedTitles } from './searched-titles.ts';
import { popularity } from './popularity.ts';
import { sentiment } from './sentiment.ts';
import { statistics } from './statistics.ts';
import { titleNames } from './title-names.ts';
import { titles } from './titles.ts';
import { tmdbLinks } from './tmdb-links.ts';
import { unknownTitles } from './unknown-titles.ts';
import type { View } from './view.ts';

export { activity, filmMonths, filmSums, genres, searchedTitles, sentiment, statistics, titles, tmdbLinks };

/** The served views by what the serving layer calls them. */
export const SERVED_VIEWS = {
  titles,
  credits,
  titleNames,
  people,
  genres,
  statistics,
  sentiment,
  unknownTitles,
  search: searchedTitles,
  tmdbLinks,
  activity,
  filmSums,
  filmMonths,
  movieMonths,
  popularity,
} as const;

/** All of them. A publication names an artefact for each. */
export const VIEWS: readonly View[] = Object.values(SERVED_VIEWS);
