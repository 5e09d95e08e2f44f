/** Made-up titles. No two of a million need differ, but most do. None holds a tab, a line end or another control character. */
import type { Random } from './random.ts';
import { ADJECTIVES, ENDINGS, MONTHS, NOUNS, SYLLABLES, type Tongue, VERBS } from './words.ts';

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The name of a place or a person that is nowhere. */
export const inventedName = (random: Random): string => {
  const middle = random.chance(0.5) ? random.pick(SYLLABLES) : '';
  return capital(random.pick(SYLLABLES) + middle + random.pick(SYLLABLES) + random.pick(ENDINGS));
};

const plainTitle = (random: Random): string => {
  switch (random.below(10)) {
    case 0:
      return `The ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
    case 1:
      return `${random.pick(NOUNS)} of ${inventedName(random)}`;
    case 2:
      return `${inventedName(random)} & ${inventedName(random)}`;
    case 3:
      return `${random.pick(VERBS)} ${inventedName(random)}`;
    case 4:
      return `The ${random.pick(NOUNS)}'s ${random.pick(NOUNS)}`;
    case 5:
      return inventedName(random);
    case 6:
      return `My ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)} in ${inventedName(random)}`;
    case 7:
      return `${inventedName(random)}: The ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
    case 8:
      return `${random.pick(VERBS)} the ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`;
    default:
      return `${random.pick(ADJECTIVES)} ${inventedName(random)} ${2 + random.below(4)}`;
  }
};

/** What trips readers that take the files for CSV: quotes at the start, in the middle, alone; a backslash; commas; a very long title. Rare in IMDb's files too. */
const trickyTitle = (random: Random): string => {
  const title = plainTitle(random);
  switch (random.below(7)) {
    case 0:
      return `"${title}"`;
    case 1:
      return `"${title}`;
    case 2:
      return `${title} "Live"`;
    case 3:
      return `${title}, or: ${plainTitle(random)}, ${plainTitle(random)}`;
    case 4:
      return `${title} \\ ${plainTitle(random)}`;
    case 5:
      return `${title} 🎬`;
    default:
      return Array.from({ length: 9 }, () => plainTitle(random)).join(' and ');
  }
};

export const englishTitle = (random: Random): string => (random.chance(0.004) ? trickyTitle(random) : plainTitle(random));

export const foreignTitle = (random: Random, tongue: Tongue): string => {
  const words = [random.pick(tongue.words)];
  for (let more = 1 + random.below(2); more > 0; more--) words.push(random.pick(tongue.words));
  if (random.chance(0.5)) words.push(inventedName(random));
  return words.join(tongue.space);
};

export const numberedEpisode = (name: string, season: number, episode: number): string => `${name} #${season}.${episode}`;

export const datedEpisode = (random: Random, year: number): string =>
  `Episode dated ${1 + random.below(28)} ${random.pick(MONTHS)} ${year}`;
