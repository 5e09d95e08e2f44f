/**
 * A title's lines in `title.akas`. IMDb has more than 4 for each title: every rated movie has several (8 on average in an extract of 500 titles, up to 38),
 * more the better known it is; numbered episodes have one for each of seven regions, made by translating the word "episode"; most other titles few.
 * Regions, types and attributes in about the proportions of that extract (2,807 rows).
 */
import { IMDB_LIST_SEPARATOR, IMDB_NULL } from '@rushes/domain';
import { type Random, weighted } from './random.ts';
import type { TitleFacts } from './title-facts.ts';
import { foreignTitle, numberedEpisode } from './title-text.ts';
import { type Tongue, TONGUES } from './words.ts';

const TRANSLATED_REGIONS = 7;
const MAX_ROWS = 40;

const list = (...members: readonly string[]): string => members.join(IMDB_LIST_SEPARATOR);

const typesOf = weighted<string>(
  ['imdbDisplay', 600],
  [IMDB_NULL, 320],
  ['video', 26],
  ['alternative', 24],
  ['tv', 11],
  ['dvd', 7],
  ['working', 6],
  ['festival', 4],
  [list('imdbDisplay', 'tv'), 1],
  [list('alternative', 'working'), 1],
);

const attributesOf = weighted<string>(
  [IMDB_NULL, 956],
  ['alternative spelling', 7],
  ['literal title', 7],
  ['informal literal title', 6],
  ['video box title', 6],
  ['new title', 5],
  ['short title', 4],
  ["director's cut", 4],
  ['reissue title', 4],
  [list('alternative spelling', 'short title'), 1],
);

/** Regions where the English title is shown. */
const englishRegion = weighted<string>(['US', 50], ['GB', 25], ['CA', 9], ['AU', 7], ['XWW', 6], ['IN', 2], ['SUHH', 1]);

export interface RegionalTitles {
  readonly lines: string;
  readonly count: number;
}

export const inventRegionalTitles = (random: Random, title: TitleFacts): RegionalTitles => {
  const formal = title.episode && title.episode.series.naming !== 'named';
  if (formal) return formalEpisode(title);
  const count = Math.min(MAX_ROWS, howMany(random, title));
  if (count === 0) return { lines: '', count };
  let lines = row(title, 1, title.originalTitle, undefined, 'original', IMDB_NULL, random.chance(0.002) ? IMDB_NULL : '1');
  for (let ordering = 2; ordering <= count; ordering++) {
    const foreign = random.chance(0.6) ? random.pick(TONGUES) : undefined;
    const place = foreign ?? { region: englishRegion(random), language: random.chance(0.1) ? 'en' : IMDB_NULL };
    const text = foreign && random.chance(0.7) ? foreignTitle(random, foreign) : title.primaryTitle;
    lines += row(title, ordering, text, place, typesOf(random), attributesOf(random), '0');
  }
  return { lines, count };
};

const howMany = (random: Random, { kind, rating }: TitleFacts): number => {
  const some = random.below(3);
  if (rating) return 2 + some + Math.floor(Math.log(rating.votes) * (kind.type === 'movie' ? 2 : 0.6) * random.unit());
  if (kind.type === 'movie') return 2 + some;
  return random.chance(0.6) ? 1 + some : 0;
};

const formalEpisode = (title: TitleFacts): RegionalTitles => {
  let lines = row(title, 1, title.originalTitle, undefined, 'original', IMDB_NULL, '1');
  for (let region = 0; region < TRANSLATED_REGIONS; region++) {
    const tongue = TONGUES[region];
    if (!tongue) break;
    const place = title.episode?.place;
    const text =
      place && title.episode?.series.naming === 'numbered'
        ? numberedEpisode(tongue.episode, ...place)
        : `${tongue.episode} ${title.primaryTitle.slice(8)}`;
    lines += row(title, region + 2, text, tongue, IMDB_NULL, IMDB_NULL, '0');
  }
  return { lines, count: 1 + TRANSLATED_REGIONS };
};

const row = (
  { tconst }: TitleFacts,
  ordering: number,
  text: string,
  place: Pick<Tongue, 'region' | 'language'> | undefined,
  types: string,
  attributes: string,
  isOriginal: string,
): string =>
  `${tconst}\t${ordering}\t${text}\t${place?.region ?? IMDB_NULL}\t${place?.language ?? IMDB_NULL}\t${types}\t${attributes}\t${isOriginal}\n`;
