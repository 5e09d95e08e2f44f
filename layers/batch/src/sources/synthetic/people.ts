/**
 * The people of the catalog: who is drawn for a credit, and what they were drawn for. 28 bytes a person are kept, nothing else grows with the catalog.
 *
 * Low positions are drawn far more often (as IMDb's low ids are its famous people): a few are prolific, most have few credits or none.
 * A person's calling follows from the position, so that an actress is always one.
 */
import { personIdAt } from './ids.ts';
import type { Random } from './random.ts';

/** IMDb's files had 14.5 million people and 11.7 million titles in 2025. */
const PEOPLE_PER_TITLE = 1.2;
export const MAX_KNOWN_FOR = 4;
/** Share of drawings in which everybody has the same chance (chosen). */
const EVEN_SHARE = 0.4;
/** Share of references to people that are not in `name.basics`: one of 491 directors in a coherent extract of 500 titles. */
const DANGLING_SHARE = 0.002;

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
  actor: { first: 0, count: 6 },
  actress: { first: 6, count: 3 },
  self: { first: 9, count: 1 },
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
  return place < 9 ? place >= 6 : (person >>> 4) % 3 === 0;
};

export interface People {
  readonly count: number;
  /** Somebody of the calling, to be credited with the title at `title`. Returns the id, which may be nobody's. */
  credit(random: Random, calling: Calling, title: number): string;
  /** The same for a regular of a series: the member `member` of those from `firstMember` on. */
  creditMember(firstMember: number, member: number, calling: Calling, title: number): string;
  /** One bit for each calling, as in `CALLINGS`, that the person was credited for. */
  callings(person: number): number;
  /** Positions of up to four titles that the person is credited with. */
  knownFor(person: number): readonly number[];
}

export const createPeople = (titles: number): People => {
  const count = Math.ceil(titles * PEOPLE_PER_TITLE);
  const callings = new Uint16Array(count);
  const known = new Int32Array(count * MAX_KNOWN_FOR).fill(-1);

  /** The person of this calling in the group of `person`; the person, where the last group ends before. */
  const ofCalling = (person: number, calling: Calling): number => {
    const { first, count: places } = PLACES[calling];
    const found = person - (person % GROUP) + first + (places === 1 ? 0 : (person >>> 4) % places);
    return found < count ? found : person;
  };

  const record = (person: number, calling: Calling, title: number): string => {
    callings[person] = (callings[person] ?? 0) | (1 << CALLINGS.indexOf(calling));
    for (let slot = person * MAX_KNOWN_FOR; slot < (person + 1) * MAX_KNOWN_FOR && known[slot] !== title; slot++) {
      if (known[slot] === -1) {
        known[slot] = title;
        break;
      }
    }
    return personIdAt(person);
  };

  return {
    count,
    credit: (random, calling, title) => {
      if (random.chance(DANGLING_SHARE)) return personIdAt(count + random.below(count));
      const share = random.unit();
      const person = Math.floor(count * (random.chance(EVEN_SHARE) ? share : share * share));
      return record(ofCalling(person, calling), calling, title);
    },
    creditMember: (firstMember, member, calling, title) =>
      record(ofCalling((firstMember + member * GROUP) % count, calling), calling, title),
    callings: (person) => callings[person] ?? 0,
    knownFor: (person) => Array.from(known.subarray(person * MAX_KNOWN_FOR, (person + 1) * MAX_KNOWN_FOR)).filter((title) => title >= 0),
  };
};
