/** A violation for people: the history step by step, the answer, and what it should have been. */
import type { Violation } from './check.ts';
import type { Step } from './steps.ts';

const describeStep = (step: Step, index: number): string => {
  const { do: what, ...details } = step;
  const texts = Object.entries(details).map(([name, value]) => `${name} ${value}`);
  return `${String(index + 1).padStart(4)}. ${what}${texts.length === 0 ? '' : `: ${texts.join(', ')}`}`;
};

export const describeViolation = (steps: readonly Step[], { step, what, answer, expected }: Violation): string =>
  [
    ...steps.map(describeStep),
    `${what}, ${step < steps.length ? `after step ${step}` : 'at the end'}`,
    ...(answer === undefined
      ? []
      : [
          `publication ${answer.publication.number} of version ${answer.publication.version.number}, cut ${answer.publication.version.cut.join(' ')}`,
          `position   ${answer.position.join(' ')}`,
          `gaps       ${JSON.stringify(answer.gaps)}`,
          `answer     ${JSON.stringify(answer.shown)}`,
        ]),
    ...(expected === undefined ? [] : [`reference  ${JSON.stringify(expected)}`]),
    `as data    ${JSON.stringify(steps)}`,
  ].join('\n');
