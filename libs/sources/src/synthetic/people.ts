/**
 * The people of the catalog: who is drawn for a credit, and what they were drawn for. 18 bytes a person are kept, nothing else grows with the catalog.
 *
 * Low positions are drawn far more often (as IMDb's low ids are its famous people): a few are prolific, most have few credits or none.
 * A person's calling follows from the position, so that an actress is always one.
 */
import type { Random } from './random.ts';

/** IMDb's files had 14.5 million people and 11.7 million titles in 2025. */
const PEOPLE_PER_TITLE = 1.2;
/** IMDb names at most four titles that a person is known for. */
const MAX_KNOWN_FOR = 4;
/** Share of drawings in which everybody has the same chance (chosen). */
const EVEN_SHARE = 0.3;
/** Share of drawings that give somebody who is not in `name.basics`: half of all, the others being of regulars, so that one reference in 500 dangles (one of 491 directors in a coherent extract). */
const DANGLING_SHARE = 0.004;

export const CALLINGS = [
  'actor',
  'actress',
  'director',
  'writer',
  'producer',
  'composer',
  'cinematographer',
  'editor',
  'production_designer',
  'self',
] as const;
export type Calling = (typeof CALLINGS)[number];

/** In each group of 16 neighbors, those from `first` on, `count` of them, have the calling. */
const PLACES: Readonly<Record<Calling, { readonly first: number; readonly count: number }>> = {
  actor: { first: 0, count: 5 },
  actress: { first: 5, count: 3 },
  self: { first: 8, count: 2 },
  director: { first: 10, count: 1 },
  writer: { first: 11, count: 1 },
  producer: { first: 12, count: 1 },
  composer: { first: 13, count: 1 },
  cinematographer: { first: 14, count: 1 },
  editor: { first: 15, count: 1 },
  production_designer: { first: 15, count: 1 },
};
const GROUP = 16;

export const isWoman = (person: number): boolean => {
  const place = person % GROUP;
  return place < 8 ? place >= 5 : (person >>> 4) % 3 === 0;
};

/** Of each block of 80 neighbors the first 48 can be credited; the others have only callings that title.principals does not list. IMDb has such people too. */
const BLOCK = 5 * GROUP;
const CREDITED = 3 * GROUP;

export interface People {
  readonly count: number;
  /** How many can be credited. */
  readonly credited: number;
  /** The position of somebody of the calling. One from `count` on is nobody's. */
  draw(random: Random, calling: Calling): number;
  /** The same for a regular of a series: the member `member` of those from `firstMember` (below `credited`) on. */
  drawMember(firstMember: number, member: number, calling: Calling): number;
  /** Keeps that the person was credited with the title at the position `title`. */
  record(person: number, calling: Calling, title: number): void;
  /** One bit for each calling, as in `CALLINGS`, that the person was credited for. */
  callings(person: number): number;
  /** Positions of up to four titles that the person is credited with. */
  knownFor(person: number): readonly number[];
}

export const createPeople = (titles: number): People => {
  const count = Math.ceil(titles * PEOPLE_PER_TITLE);
  const credited = Math.floor(count / BLOCK) * CREDITED + Math.min(CREDITED, count % BLOCK);
  const callings = new Uint16Array(count);
  const known = new Int32Array(count * MAX_KNOWN_FOR).fill(-1);

  /** The person of this calling in the group of the `nth` who can be credited; that one, where the last group ends before. */
  const ofCalling = (nth: number, calling: Calling): number => {
    const person = Math.floor(nth / CREDITED) * BLOCK + (nth % CREDITED);
    const place = person % GROUP;
    const found = person - place + PLACES[calling].first + (place % PLACES[calling].count);
    return found < count ? found : person;
  };

  return {
    count,
    credited,
    draw: (random, calling) => {
      if (random.chance(DANGLING_SHARE)) return count + random.below(count);
      const share = random.unit();
      return ofCalling(Math.floor(credited * (random.chance(EVEN_SHARE) ? share : share * share)), calling);
    },
    drawMember: (firstMember, member, calling) => ofCalling((firstMember + member * GROUP) % credited, calling),
    record: (person, calling, title) => {
      if (person >= count) return;
      callings[person] = (callings[person] ?? 0) | (1 << CALLINGS.indexOf(calling));
      const end = (person + 1) * MAX_KNOWN_FOR;
      let slot = person * MAX_KNOWN_FOR;
      while (slot < end && known[slot] !== -1 && known[slot] !== title) slot++;
      if (slot < end) known[slot] = title;
    },
    callings: (person) => callings[person] ?? 0,
    knownFor: (person) => Array.from(known.subarray(person * MAX_KNOWN_FOR, (person + 1) * MAX_KNOWN_FOR)).filter((title) => title >= 0),
  };
};
