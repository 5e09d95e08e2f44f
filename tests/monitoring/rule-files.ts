/** The rule files of Prometheus, as data. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import { parse } from 'yaml';

import { ROOT } from '../planted-copy.ts';

export const RULES_FOLDER = join(ROOT, 'ops', 'prometheus', 'rules');

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export type Rule = AlertRule | RecordingRule;

export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly interval?: string; readonly rules: readonly Rule[] }[];
}

/** By their names. */
export const readRuleFiles = (): ReadonlyMap<string, RuleFile> =>
  new Map(
    globSync('*.yaml', { cwd: RULES_FOLDER })
      .toSorted()
      .map((name) => [basename(name), parse(readFileSync(join(RULES_FOLDER, name), 'utf8')) as RuleFile]), // as: Prometheus' format, checked by promtool
  );

export const rulesIn = (files: ReadonlyMap<string, RuleFile>): readonly Rule[] =>
  [...files.values()].flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));

export const alertsIn = (files: ReadonlyMap<string, RuleFile>): readonly AlertRule[] => rulesIn(files).filter((rule) => 'alert' in rule);

/** A metric as an expression asks for it. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

/** Names and labels of the metrics in an expression; of Prometheus' own there is only `up`. */
export const selectorsIn = (expr: string): readonly Selector[] =>
  [...expr.matchAll(/\b(rushes[a-z0-9_:]*|up)\b(?:\{([^}]*)\})?/gi)].map(([, name = '', matchers = '']) => ({
    name,
    matchers: [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label = '', operator = '', value = '']) => ({
      label,
      operator,
      value,
    })),
  }));

/** Labels that an expression keeps when it aggregates. */
export const keptLabelsIn = (expr: string): readonly string[] =>
  [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(',').map((name) => name.trim()));
