/**
 * A person's line in `name.basics`. Birth years are known of few (some 5 % of all in IMDb, most of the first ids), death years of fewer;
 * professions and titles follow from the credits. Shares chosen.
 */
import { IMDB_NULL } from '@rushes/domain';
import { personIdAt, titleIdAt } from './ids.ts';
import { CALLINGS, isWoman, type People } from './people.ts';
import { type Random, weighted } from './random.ts';
import { inventedName } from './title-text.ts';
import { FIRST_NAMES, LAST_NAMES } from './words.ts';

/** What people do who are not among any title's principals. */
const otherProfession = weighted<string>(
  ['miscellaneous', 30],
  ['camera_department', 18],
  ['art_department', 14],
  ['sound_department', 12],
  ['music_department', 10],
  ['visual_effects', 8],
  ['make_up_department', 6],
  ['stunts', 4],
  ['soundtrack', 4],
);

const MAX_PROFESSIONS = 3;

export const inventPerson = (random: Random, people: People, person: number, titles: number): string => {
  const known = people.knownFor(person);
  const famous = person < people.count * 0.01;
  const birth = random.chance(famous ? 0.6 : 0.04) ? 1870 + random.below(135) : undefined;
  const death = birth !== undefined && birth < 1960 && random.chance(0.5) ? birth + 25 + random.below(65) : undefined;
  const titleIds = known.length > 0 ? known.map(titleIdAt).join(',') : random.chance(0.8) ? titleIdAt(random.below(titles)) : IMDB_NULL;
  const professions = professionsOf(random, people.callings(person));
  return `${personIdAt(person)}\t${nameOf(random, person)}\t${birth ?? IMDB_NULL}\t${death === undefined ? IMDB_NULL : Math.min(death, 2025)}\t${professions}\t${titleIds}\n`;
};

const nameOf = (random: Random, person: number): string => {
  const first = random.pick(FIRST_NAMES[isWoman(person) ? 1 : 0]);
  const last = random.chance(0.6) ? inventedName(random) : random.pick(LAST_NAMES);
  if (random.chance(0.85)) return `${first} ${last}`;
  if (random.chance(0.6)) return `${first} ${last.charAt(0)}. ${random.pick(LAST_NAMES)}`;
  return random.chance(0.1) ? `${first} "${inventedName(random)}" ${last}` : random.chance(0.1) ? first : `${first} ${last} Jr.`;
};

const professionsOf = (random: Random, callings: number): string => {
  const professions: string[] = CALLINGS.filter((calling, bit) => calling !== 'self' && (callings & (1 << bit)) !== 0);
  if (professions.length === 0 && random.chance(0.15)) return IMDB_NULL;
  if (professions.length === 0 || random.chance(0.2)) professions.push(otherProfession(random));
  return professions.slice(0, MAX_PROFESSIONS).join(',');
};
