/** Rules ask for metrics that there are, and pages say of alerts what the rules do. What the expressions come to is for promtool (`npm run test:services`). */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';
import { EARLY_LIMITS } from '@rushes/ports';
import { parse } from 'yaml';

import { composeFile } from '../containers/compose-file.ts';
import { ROOT } from '../planted-copy.ts';
import { type ExposedMetric, exposedMetrics } from './exposed-metrics.ts';
import { type AlertRule, alertsIn, keptLabelsIn, readRuleFiles, rulesIn, selectorsIn } from './rule-files.ts';

const files = readRuleFiles();
const rules = rulesIn(files);
const alerts = alertsIn(files);
const runbooks = readFileSync(join(ROOT, 'docs', 'runbooks.md'), 'utf8');

/** Labels that Prometheus gives to what it scrapes. */
const OF_TARGETS = ['job', 'instance'];
/** Labels whose values are there from the beginning, so that rules can be held to them. */
const CLOSED = ['outcome', 'completeness', 'layer', 'le'];

let exposed: ReadonlyMap<string, ExposedMetric>;
beforeAll(async () => {
  exposed = await exposedMetrics();
});

const named = (rule: (typeof rules)[number]): readonly [string, (typeof rules)[number]] => [
  'alert' in rule ? rule.alert : rule.record,
  rule,
];

test.each(rules.map(named))('%s asks for what is exposed or recorded', (_, { expr }) => {
  const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
  const faults = selectorsIn(expr).flatMap(({ name, matchers }) => {
    if (name === 'up' || recorded.includes(name)) return [];
    const metric = exposed.get(name);
    if (metric === undefined) return [`${name} is not exposed`];
    return matchers.flatMap(({ label, operator, value }) => {
      if (OF_TARGETS.includes(label)) return [];
      if (!metric.labels.has(label)) return [`${name} has no label ${label}`];
      if (!CLOSED.includes(label)) return [];
      const pattern = operator.includes('~') ? new RegExp(`\\b${label}="(${value})"`) : new RegExp(`\\b${label}="${value}"`);
      return metric.lines.some((line) => pattern.test(line)) ? [] : [`${name} never has ${label}="${value}"`];
    });
  });
  const labels = new Set([...OF_TARGETS, ...selectorsIn(expr).flatMap(({ name }) => [...(exposed.get(name)?.labels ?? [])])]);
  expect([...faults, ...keptLabelsIn(expr).filter((label) => !labels.has(label))]).toEqual([]);
});

test('what a rule asks for is found, and what it aggregates by', () => {
  expect(selectorsIn('sum by (a, b) (rate(rushes_x_total{a="1",b!~"2|3"}[5m])) / rushes:y:ratio > 0 or absent(up)')).toEqual([
    {
      name: 'rushes_x_total',
      matchers: [
        { label: 'a', operator: '=', value: '1' },
        { label: 'b', operator: '!~', value: '2|3' },
      ],
    },
    { name: 'rushes:y:ratio', matchers: [] },
    { name: 'up', matchers: [] },
  ]);
  expect(keptLabelsIn('sum by (a, b) (x) + max by (c) (y)')).toEqual(['a', 'b', 'c']);
});

test('what is told early is told at the limits that rules have', () => {
  const exprOf = (name: string): string => rules.find((rule) => ('alert' in rule ? rule.alert : rule.record) === name)?.expr ?? '';
  expect(exprOf('rushes:data_stale:bool')).toMatch(new RegExp(`> bool ${EARLY_LIMITS.batchAgeS}$`));
  expect(exprOf('RushesEpochHalfway')).toMatch(new RegExp(`_ttl_share\\) >= ${EARLY_LIMITS.uncoveredShare}$`));
  // More than none.
  expect([exprOf('RushesDeadLetters'), EARLY_LIMITS.deadLetters]).toEqual([expect.stringMatching(/\[1h\]\)\) > 0$/), 1]);
  expect(exprOf('RushesQuarantineHigh')).toMatch(new RegExp(`> ${EARLY_LIMITS.quarantinedShare}$`));
});

test('alerts have names of their own, a severity and what people need', () => {
  expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  for (const { alert, labels, annotations } of alerts) {
    expect([alert, Object.keys(labels)]).toEqual([alert, ['severity']]);
    expect(['critical', 'warning']).toContain(labels['severity']);
    expect(Object.keys(annotations)).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations['runbook_url']).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
  }
});

/** The sections of alerts, by their headings. */
const sections = new Map(
  runbooks
    .split(/^### /m)
    .slice(1)
    .map((text) => [text.split('\n')[0] ?? '', text.split(/^## /m)[0] ?? ''] as const),
);
const oneLine = (expr: string): string => expr.replaceAll(/\s+/g, ' ').trim();
const ANSWERED = ['What one sees', 'What it means', 'What happens by itself', 'What to do', 'When it is over'];

describe('the runbook', () => {
  test('has a section for each alert, and for nothing else', () => {
    expect([...sections.keys()].toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  test.each(alerts.map((rule): [string, AlertRule] => [rule.alert, rule]))(
    'of %s has the condition of the rule, and what to do',
    (name, rule) => {
      const section = sections.get(name) ?? '';
      const [, severity, after, condition = ''] =
        /^(critical|warning), (at once|after \w+):\n\n```promql\n([^`]*)```$/m.exec(section) ?? [];
      expect({ severity, after, condition: oneLine(condition) }).toEqual({
        severity: rule.labels['severity'],
        after: rule.for === undefined ? 'at once' : `after ${rule.for}`,
        condition: oneLine(rule.expr),
      });
      const missing = ANSWERED.filter((title) => !section.includes(`**${title}.**`));
      const isLikeAnother = /\nAs \[Rushes|As \[Rushes\w+BurnsFast\]/.test(section);
      expect(isLikeAnother ? [] : missing).toEqual([]);
    },
  );

  test('says of objectives and burn rates what the rules say', () => {
    const cells = (line: string): readonly string[] => line.split('|').map((cell) => cell.trim());
    const rows = runbooks.split('\n').map(cells);
    const allowances = rows.flatMap(([, name = '', , share = '', allowance = '']) =>
      /^\d+(\.\d+)? %$/.test(share) ? [{ name, share: Number.parseFloat(share), allowance: Number(allowance) }] : [],
    );
    expect(allowances.map(({ name }) => name)).toEqual(['availability', 'latency', 'visibility', 'freshness']);
    const burns = rows.flatMap(([, rate = '', long = '', short = '', severity = '']) =>
      /^\d+(\.\d+)?$/.test(rate) ? [{ rate, long, short, severity }] : [],
    );
    expect(burns).toHaveLength(4);
    for (const { name, share, allowance } of allowances) {
      expect(allowance).toBeCloseTo(1 - share / 100, 9);
      for (const severity of ['critical', 'warning']) {
        const kind = severity === 'critical' ? 'BurnsFast' : 'BurnsSlowly';
        const rule = alerts.find(({ alert }) => alert.toLowerCase() === `rushes${name}${kind}`.toLowerCase());
        const asked = [...(rule?.expr ?? '').matchAll(/:ratio_(?:rate|avg)(\w+) > ([\d.]+) \* ([\d.]+)/g)].map(([, window, rate, of]) => [
          window,
          rate,
          of,
        ]);
        const expected = burns
          .filter((burn) => burn.severity === severity)
          .flatMap(({ rate, long, short }) => [long, short].map((window) => [window, rate, String(allowance)]));
        expect([name, asked]).toEqual([name, expected]);
      }
    }
    const bound = rules.find((rule) => 'record' in rule && rule.record === 'rushes:data_stale:bool')?.expr;
    expect(bound).toContain(`> bool ${/\((\d+) s\) ago/.exec(runbooks)?.[1]}`);
    expect(Number(/> bool (\d+)/.exec(bound ?? '')?.[1])).toBe(4.5 * 3600);
  });
});

test('what the Compose file starts reads these rules', () => {
  const { rule_files: patterns } = parse(readFileSync(join(ROOT, 'deploy/compose/prometheus.yml'), 'utf8')) as {
    readonly rule_files: readonly string[];
  }; // as: its own format
  expect(patterns).toEqual(['/etc/prometheus/rules/*.yaml']);
  expect(composeFile.services['prometheus']?.volumes).toContain('./ops/prometheus/rules:/etc/prometheus/rules:ro');
});

test('what Rushes itself says of thresholds is what the alerts say', () => {
  const operate = readFileSync(join(ROOT, 'docs', 'operate.md'), 'utf8');
  const exprOf = (name: string): string => alerts.find(({ alert }) => alert === name)?.expr ?? '';
  for (const [name, share] of [
    ['RushesEpochHalfway', '0.5'],
    ['RushesEpochExpiring', '0.75'],
  ] as const) {
    expect(exprOf(name)).toMatch(new RegExp(`>= ${share}$`));
    expect(operate).toMatch(new RegExp(`^\\| ${share} +\\|`, 'm'));
  }
  expect(exprOf('RushesDiskFull')).toContain(`clamp_max(0.05 * rushes_disk_size_bytes, ${2 * 1024 ** 3})`);
  expect(operate).toContain('less than 2 GiB are free, on a disk below 40 GiB less than 5 %');
});

test('alerts are nowhere but in these files', () => {
  const pages = ['docs/operate.md', 'docs/deploy.md'].map((path) => readFileSync(join(ROOT, path), 'utf8'));
  expect(pages.filter((text) => /^\s*- alert:/m.test(text))).toEqual([]);
});

interface CaseFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

test('for each alert there is a case in which it fires, and one in which it must not', () => {
  const folder = join(ROOT, 'ops', 'prometheus', 'tests');
  const cases = globSync('*.yaml', { cwd: folder }).flatMap((name) => {
    const { tests } = parse(readFileSync(join(folder, name), 'utf8')) as CaseFile; // as: promtool's format, which it plays
    return tests.flatMap((one) => one.alert_rule_test);
  });
  const names = (fires: boolean) => [...new Set(cases.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname))];
  const all = alerts.map(({ alert }) => alert).toSorted();
  expect(names(true).toSorted()).toEqual(all);
  expect(names(false).toSorted()).toEqual(all);
});
