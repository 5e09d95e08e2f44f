/** Replays a history and compares every answer with the reference. */
import { isDeepStrictEqual } from 'node:util';

import { type Answer, answerOf } from './answer.ts';
import { countedTwice } from './duplicates.ts';
import { gapsOf } from './gaps.ts';
import { healByRunning, healByWriting } from './heal.ts';
import { referenceOf } from './reference.ts';
import type { Rules } from './rules.ts';
import { apply, type Step } from './steps.ts';
import { NO_VARIANTS, type Variants } from './variants.ts';
import { newWorld, type World } from './world.ts';

export interface Violation {
  /** Steps done when it was seen; the number of all steps for what was seen after them, while healing. */
  readonly step: number;
  readonly what: string;
  readonly answer: Answer | undefined;
  readonly expected: unknown;
}

export interface Outcome {
  readonly violation: Violation | undefined;
  /** Answers that differ from the one before in data or position. */
  readonly answers: number;
  readonly gaps: number;
  readonly publications: number;
}

/** A run must not undo a rollback that came after it had begun. */
const undoneRollback = ({ publications }: World): boolean => {
  const last = publications.at(-1);
  return last?.by === 'run' && publications.some(({ by, number }) => by === 'rollback' && number > last.began && number < last.number);
};

/** What is wrong with an answer. */
const wrongWith = (world: World, answer: Answer): Omit<Violation, 'step'> | undefined => {
  const { version, lost } = answer.publication;
  // What was lost took ids with it that nobody knows: the answer says so for good, and more cannot be asked of it.
  if (lost.length > 0) return undefined;
  const beyond = answer.gaps.some(({ partition, from, to }) => from > to || to > (answer.position[partition] ?? 0));
  if (beyond) return { what: 'a gap that is none', answer, expected: undefined };
  const { monotoneTime: monotone, boundedSteps: bounded } = world.rules;
  const expected = referenceOf(world.log, answer.position, version, answer.gaps, { monotone, bounded });
  return isDeepStrictEqual(answer.shown, expected) ? undefined : { what: 'the answer differs from the reference', answer, expected };
};

/** A complete answer must not be behind an earlier one, as long as the store has lost nothing. */
const wentBack = (world: World, answer: Answer, reached: readonly number[]): boolean =>
  world.store.incarnation === 0 &&
  answer.gaps.length === 0 &&
  answer.position.some((offset, partition) => offset < (reached[partition] ?? 0));

/** A complete answer that could still be given is followed by one with a gap, of another publication. */
const switchedTooEarly = (world: World, answer: Answer, before: Answer | undefined): boolean =>
  before !== undefined &&
  answer.publication !== before.publication &&
  answer.gaps.length > answer.publication.lost.length &&
  before.gaps.length === 0 &&
  gapsOf(world, before.publication, before.overlay).length === 0;

/** One ETag of a title, one content. `contents`: by title and ETag, what was seen so far. */
const tagTwice = ({ shown, tags }: Answer, contents: Map<string, string>): boolean =>
  Object.entries(tags).some(([movie, tag]) => {
    const content = JSON.stringify([shown.scores[movie], shown.titles[movie]]);
    const name = `${movie} ${tag}`;
    const before = contents.get(name);
    contents.set(name, content);
    return before !== undefined && before !== content;
  });

export const check = (steps: readonly Step[], rules: Rules, variants: Variants = NO_VARIANTS): Outcome => {
  const world = newWorld(rules, variants);
  const counts = { answers: 0, gaps: 0 };
  let before: Answer | undefined;
  let reached: readonly number[] = [];
  const contents = new Map<string, string>();
  const look = (answer: Answer | undefined): Omit<Violation, 'step'> | undefined => {
    if (undoneRollback(world)) return { what: 'a run undid a rollback', answer, expected: undefined };
    if (answer === undefined) before = undefined;
    if (answer === undefined || answer === before) return undefined;
    if (switchedTooEarly(world, answer, before)) return { what: 'a switch opened a gap', answer, expected: undefined };
    const differs = !isDeepStrictEqual(answer.shown, before?.shown) || !isDeepStrictEqual(answer.position, before?.position);
    before = answer;
    if (differs) counts.answers += 1;
    if (differs && answer.gaps.length > 0) counts.gaps += 1;
    if (wentBack(world, answer, reached)) return { what: 'a complete answer is behind an earlier one', answer, expected: reached };
    reached = answer.position.map((offset, partition) => Math.max(offset, reached[partition] ?? 0));
    return (
      wrongWith(world, answer) ?? (tagTwice(answer, contents) ? { what: 'one ETag, two contents', answer, expected: undefined } : undefined)
    );
  };
  const outcome = (violation: Violation | undefined): Outcome => ({ violation, ...counts, publications: world.publications.length - 1 });
  for (const [index, step] of steps.entries()) {
    apply(world, step);
    const wrong = look(answerOf(world, before));
    if (wrong !== undefined) return outcome({ ...wrong, step: index + 1 });
  }
  const retried = world.log.map((partition) => countedTwice(rules, partition)).find((id) => id !== undefined);
  if (retried !== undefined) return outcome({ what: 'a retry counts twice', answer: undefined, expected: retried, step: steps.length });
  for (const healed of [healByWriting, healByRunning]) {
    let wrong: Omit<Violation, 'step'> | undefined;
    const what = healed(world, () => {
      wrong ??= look(answerOf(world, before));
    });
    const answer = answerOf(world, before);
    wrong ??= look(answer) ?? (what === undefined ? undefined : { what, answer, expected: undefined });
    if (wrong !== undefined) return outcome({ ...wrong, step: steps.length });
  }
  return outcome(undefined);
};
