/** Rules whose time passes more quickly, so that a test need not wait for hours: windows, `for` and intervals are shorter, all else is as it was. */
import type { RuleFile } from './rule-files.ts';

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export interface Scale {
  /** How much quicker. */
  readonly factor: number;
  /** A window has to hold some scrapes: none is shorter than this, in milliseconds. */
  readonly shortestWindowMs: number;
}

/** @throws Error for what is no duration of one unit. */
const msOf = (duration: string): number => {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const ms = MS[unit];
  if (count === undefined || ms === undefined) throw new Error(`${duration} is no duration of one unit`);
  return Number(count) * ms;
};

const scaled = (duration: string, factor: number, leastMs: number): string => `${Math.max(leastMs, Math.round(msOf(duration) / factor))}ms`;

/** Thresholds, labels and texts stay as they are. */
export const scaleRules = ({ groups }: RuleFile, { factor, shortestWindowMs }: Scale): RuleFile => ({
  groups: groups.map(({ interval, ...group }) => ({
    ...group,
    ...(interval !== undefined && { interval: scaled(interval, factor, 1_000) }),
    rules: group.rules.map((rule) => ({
      ...rule,
      expr: rule.expr.replaceAll(/\[(\w+)\]/g, (_, window: string) => `[${scaled(window, factor, shortestWindowMs)}]`),
      ...('for' in rule && rule.for !== undefined && { for: scaled(rule.for, factor, 0) }),
    })),
  })),
});
