/**
 * A title's lines in `title.crew` and `title.principals`. The principals agree with the crew: its first directors and writers are among them.
 * Shares without directors and writers, and how many: 85 % of movies have one director and 9 % two, 47 % one writer, 19 % two
 * (146,144 movies of the 2010s). Rows a title: 8 to 10 for most, never more (4,479 rows of 500 titles). All else is chosen.
 */
import { IMDB_NULL } from '@rushes/domain';
import { personIdAt } from './ids.ts';
import type { Calling, People } from './people.ts';
import { type Random, weighted } from './random.ts';
import type { TitleFacts } from './title-facts.ts';
import { inventedName } from './title-text.ts';
import { CHARACTER_ROLES, FIRST_NAMES, LAST_NAMES } from './words.ts';

const directorsOf = weighted([1, 89], [2, 9], [3, 2]);
const writersOf = weighted([1, 61], [2, 25], [3, 8], [4, 4], [5, 1], [6, 1]);

const writerJob = weighted<string>(
  [IMDB_NULL, 290],
  ['writer', 250],
  ['screenplay', 160],
  ['story', 90],
  ['written by', 70],
  ['novel', 70],
  ['based on the novel "The Last Lantern" by', 5],
  ['creator', 20],
);

/** Crew that a title has at most one of, with its share of titles and of those with a job named. */
const SINGLES: readonly { readonly calling: Calling; readonly share: number; readonly job: string; readonly jobShare: number }[] = [
  { calling: 'composer', share: 0.45, job: 'music by', jobShare: 0.002 },
  { calling: 'cinematographer', share: 0.4, job: 'director of photography', jobShare: 0.074 },
  { calling: 'editor', share: 0.3, job: 'co-editor', jobShare: 0.008 },
  { calling: 'production_designer', share: 0.1, job: 'co-production designer', jobShare: 0.03 },
];

/** Share of an episode's people who are the series' regulars. */
const REGULARS = 0.8;
/** So many regulars a series has of each calling. */
const REGULAR_CAST = 14;

export interface CreditLines {
  readonly crew: string;
  readonly principals: string;
  readonly principalCount: number;
}

/** A row of `title.principals` without its title and place. */
interface Credit {
  readonly person: number;
  readonly calling: Calling;
  readonly category: string;
  readonly job: string;
  readonly characters: string;
}

export const inventCredits = (random: Random, people: People, title: TitleFacts): CreditLines => {
  const series = title.episode?.series;
  const somebody = (calling: Calling): number =>
    series && random.chance(REGULARS)
      ? people.drawMember(series.firstMember, Math.floor(REGULAR_CAST * random.unit() ** 2), calling)
      : people.draw(random, calling);
  /** Somebody who is not in `drawn` yet, if a few drawings find one; put there. */
  const another = (calling: Calling, drawn: number[]): number => {
    let person = somebody(calling);
    for (let tries = 0; tries < 4 && drawn.includes(person); tries++) person = somebody(calling);
    drawn.push(person);
    return person;
  };
  const several = (calling: Calling, count: number): readonly number[] => {
    const drawn: number[] = [];
    for (let left = count; left > 0; left--) another(calling, drawn);
    return [...new Set(drawn)];
  };

  const directors = several('director', random.chance(title.kind.directorless) ? 0 : directorsOf(random));
  const writers = several('writer', random.chance(title.kind.writerless) ? 0 : writersOf(random));
  for (const person of directors) people.record(person, 'director', title.index);
  for (const person of writers) people.record(person, 'writer', title.index);

  const behind: Credit[] = [
    ...directors.slice(0, 2).map((person) => behindCamera(person, 'director', random.chance(0.008) ? 'co-director' : IMDB_NULL)),
    ...writers.slice(0, 2).map((person) => behindCamera(person, 'writer', writerJob(random))),
    ...several('producer', random.below(3)).map((person) => behindCamera(person, 'producer', 'producer')),
  ];
  for (const { calling, share, job, jobShare } of SINGLES)
    if (random.chance(share)) behind.push(behindCamera(somebody(calling), calling, random.chance(jobShare) ? job : IMDB_NULL));

  const { most, fullShare } = title.kind.credits;
  const count = random.chance(0.03) ? 0 : random.chance(fullShare) ? most : 1 + random.below(most);
  const inFront = count - Math.min(behind.length, Math.ceil(count / 2));
  const unscripted = UNSCRIPTED.test(title.genres);
  const cast: number[] = [];
  let principals = '';
  for (let ordering = 1; ordering <= count; ordering++) {
    const credit = behind[ordering - inFront - 1] ?? castCredit(random, (calling) => another(calling, cast), unscripted);
    people.record(credit.person, credit.calling, title.index);
    principals += `${title.tconst}\t${ordering}\t${personIdAt(credit.person)}\t${credit.category}\t${credit.job}\t${credit.characters}\n`;
  }
  return { crew: `${title.tconst}\t${idList(directors)}\t${idList(writers)}\n`, principals, principalCount: count };
};

/** Genres whose people mostly appear as themselves. */
const UNSCRIPTED = /Documentary|Talk-Show|News|Reality-TV|Game-Show|Sport/;

const idList = (people: readonly number[]): string => people.map(personIdAt).join(',') || IMDB_NULL;

const behindCamera = (person: number, calling: Calling, job: string): Credit => ({
  person,
  calling,
  category: calling,
  job,
  characters: IMDB_NULL,
});

const castCredit = (random: Random, member: (calling: Calling) => number, unscripted: boolean): Credit => {
  if (unscripted && random.chance(0.7)) {
    const character = random.chance(0.5) ? 'Self' : random.chance(0.6) ? 'Self - Host' : 'Self - Guest';
    const category = random.chance(0.02) ? 'archive_footage' : 'self';
    return { person: member('self'), calling: 'self', category, job: IMDB_NULL, characters: `["${character}"]` };
  }
  const calling = random.chance(0.64) ? 'actor' : 'actress';
  return { person: member(calling), calling, category: calling, job: IMDB_NULL, characters: charactersOf(random, calling === 'actress') };
};

/** Known for 88 % of actors; of these 2 % have two, one in 600 three (1,876 rows of 500 titles). A JSON array of texts. */
const charactersOf = (random: Random, woman: boolean): string => {
  if (random.chance(0.12)) return IMDB_NULL;
  if (random.chance(0.976)) return random.chance(0.01) ? JSON.stringify([nickname(random)]) : `["${character(random, woman)}"]`;
  const characters = [character(random, woman), random.chance(0.1) ? nickname(random) : character(random, woman)];
  if (random.chance(0.07)) characters.push(character(random, woman));
  return JSON.stringify(characters);
};

/** Without quotes and backslashes: it is JSON as it stands. */
const character = (random: Random, woman: boolean): string => {
  switch (random.below(5)) {
    case 0:
      return random.pick(CHARACTER_ROLES);
    case 1:
      return `${woman ? 'Mrs.' : 'Mr.'} ${inventedName(random)}`;
    case 2:
      return `${random.pick(FIRST_NAMES[woman ? 1 : 0])} ${random.pick(LAST_NAMES)}`;
    default:
      return random.pick(FIRST_NAMES[woman ? 1 : 0]);
  }
};

const nickname = (random: Random): string =>
  random.chance(0.1)
    ? `Agent ${random.below(100)}\\${random.below(10)}`
    : `${random.pick(FIRST_NAMES[0])} "${inventedName(random)}" ${random.pick(LAST_NAMES)}`;
