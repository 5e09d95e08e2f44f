/**
 * "but": what precedes the first one counts half, what follows it one and a half times.
 *
 * The reference looks the place of a score up by its value, in the list that it is changing. So a score that equals what an earlier one was changed
 * to keeps its value, and the earlier one is changed again: "outstanding but agree" (3 and 1.5) comes to 0.75 and 1.5. That is reproduced here, with a
 * heap of places for each value instead of a search, which would take quadratic time.
 */
import { popLeast, push } from './heap.ts';

const BEFORE = 0.5;
const AFTER = 1.5;

/** The scores weighted by their place before or after the word at `but`, whose own score is 0. */
export const weightedAround = (scores: readonly number[], but: number): readonly number[] => {
  const weighted = [...scores];
  // The places before the current one, and it, by the value that they have now.
  const placesOf = new Map<number, number[]>();
  const add = (value: number, place: number): void => {
    const places = placesOf.get(value);
    if (places === undefined) placesOf.set(value, [place]);
    else push(places, place);
  };
  for (const [place, score] of scores.entries()) {
    if (score === 0) continue;
    add(score, place);
    const first = popLeast(placesOf.get(score) ?? []) ?? place;
    const changed = score * (first < but ? BEFORE : AFTER);
    weighted[first] = changed;
    add(changed, first);
  }
  return weighted;
};
