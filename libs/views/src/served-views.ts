import { activity } from './activity.ts';
import { credits } from './credits.ts';
import { genres } from './genres.ts';
import { people } from './people.ts';
import { searchedTitles } from './searched-titles.ts';
import { sentiment } from './sentiment.ts';
import { statistics } from './statistics.ts';
import { titleNames } from './title-names.ts';
import { titles } from './titles.ts';
import { tmdbLinks } from './tmdb-links.ts';
import { unknownTitles } from './unknown-titles.ts';
import type { View } from './view.ts';

export { activity, credits, genres, people, searchedTitles, sentiment, statistics, titleNames, titles, tmdbLinks, unknownTitles };

/** All served views. A publication names an artefact for each. */
export const VIEWS: readonly View[] = [
  titles,
  credits,
  titleNames,
  people,
  genres,
  statistics,
  sentiment,
  unknownTitles,
  searchedTitles,
  tmdbLinks,
  activity,
];
