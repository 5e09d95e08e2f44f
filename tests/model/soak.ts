/** `npm run soak`: random histories for as long as one likes. Ends with code 1 at the first violation, which it prints with its seed and a shortest history. */
import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { describeViolation } from './describe.ts';
import { ALL_RULES, RULE_NAMES, RULES, type Rules, without } from './rules.ts';
import { minimized, tryHistory } from './search.ts';
import { NO_VARIANTS, type Variants, VARIANTS } from './variants.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    /** Seed of the first history; the next ones count up from it. */
    seed: { type: 'string' },
    without: { type: 'string' },
    variant: { type: 'string' },
    /** Instead: how often each rule's absence is noticed, in so many histories. */
    rules: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const USAGE = `npm run soak -- [--minutes 30] [--seed S] [--without RULE] [--variant VARIANT]
npm run soak -- --rules HISTORIES [--seed S]      how often the absence of each rule is noticed

RULE: ${RULE_NAMES.join(', ')}
VARIANT: ${Object.keys(VARIANTS).join(', ')}`;

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n\n${USAGE}\n`);
  process.exit(2);
};

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : refuse(`--${name} takes a number, not ${text}`);
};

const rulesOf = (name: string | undefined): Rules => {
  if (name === undefined) return ALL_RULES;
  const rule = RULE_NAMES.find((one) => one === name);
  return rule === undefined ? refuse(`no rule is named ${name}`) : without(rule);
};

const variantsOf = (name: string | undefined): Variants => {
  if (name !== undefined && !(name in VARIANTS)) refuse(`no variant is named ${name}`);
  return name === undefined ? NO_VARIANTS : { ...NO_VARIANTS, [name]: true };
};

const ended = new AbortController();
const isOver = (): boolean => ended.signal.aborted;
process.once('SIGINT', () => ended.abort());

const PROGRESS_SECONDS = 10;
/** Histories between two looks at the clock. */
const CHUNK = 50;

const soak = async (first: number, minutes: number, rules: Rules, variants: Variants): Promise<void> => {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const seen = { histories: 0, answers: 0, gaps: 0, publications: 0 };
  const progress = (): string =>
    `${seconds().toFixed(0)} s: ${seen.histories} histories, ${seen.publications} publications, ${seen.answers} answers, ${seen.gaps} of them with a gap`;
  say(`from seed ${first}`);
  for (let told = 0; !isOver() && seconds() < minutes * 60; await setImmediate()) {
    for (let one = 0; one < CHUNK; one += 1) {
      const seed = first + seen.histories;
      const { violation, answers, gaps, publications } = tryHistory(seed, rules, variants);
      seen.histories += 1;
      seen.answers += answers;
      seen.gaps += gaps;
      seen.publications += publications;
      if (violation === undefined) continue;
      say(progress());
      say(`seed ${seed}; the shortest history that was found:`);
      const shortest = minimized(seed, rules, variants);
      say(describeViolation(shortest.steps, shortest.violation));
      process.exitCode = 1;
      return;
    }
    if (seconds() - told < PROGRESS_SECONDS) continue;
    told = seconds();
    say(progress());
  }
  say(`${isOver() ? 'ended' : 'done'}, every answer was right. ${progress()}`);
};

/** A table row for each rule. */
const countEach = async (first: number, histories: number): Promise<void> => {
  for (const name of RULE_NAMES) {
    let found = 0;
    for (let tried = 0; tried < histories && !isOver(); tried += 1) {
      if (tryHistory(first + tried, without(name)).violation !== undefined) found += 1;
      if (tried % CHUNK === 0) await setImmediate();
    }
    if (isOver()) return;
    const { part, says, breaks } = RULES[name];
    say(`| ${part} | \`${name}\` | ${says} | ${breaks} | ${found === 0 ? 'never' : Math.round(histories / found)} |`);
  }
};

if (values.help) say(USAGE);
else {
  const first = values.seed === undefined ? randomInt(2 ** 40) : numberOf('seed', values.seed);
  if (values.rules === undefined)
    await soak(first, numberOf('minutes', values.minutes), rulesOf(values.without), variantsOf(values.variant));
  else await countEach(first, numberOf('rules', values.rules));
}
