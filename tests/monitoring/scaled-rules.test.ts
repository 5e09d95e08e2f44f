import { expect, test } from 'vitest';

import { readRuleFiles, rulesIn } from './rule-files.ts';
import { scaleRules } from './scaled-rules.ts';

const RULE = {
  alert: 'A',
  expr: 'rate(x_seconds[1h]) > 60 and y[5m] > 0.05',
  for: '10m',
  labels: { severity: 'warning' },
  annotations: {},
};

test('windows, waiting times and intervals get shorter; thresholds stay', () => {
  const file = { groups: [{ name: 'g', interval: '2m', rules: [RULE, { record: 'r', expr: 'x[3d]' }] }] };
  expect(scaleRules(file, { factor: 600, shortestWindowMs: 5_000 })).toEqual({
    groups: [
      {
        name: 'g',
        interval: '1000ms',
        rules: [
          { ...RULE, expr: 'rate(x_seconds[6000ms]) > 60 and y[5000ms] > 0.05', for: '1000ms' },
          { record: 'r', expr: 'x[432000ms]' },
        ],
      },
    ],
  });
});

test('what is no duration is named', () => {
  const file = { groups: [{ name: 'g', rules: [{ ...RULE, for: '1h30m' }] }] };
  expect(() => scaleRules(file, { factor: 2, shortestWindowMs: 0 })).toThrow('1h30m is no duration of one unit');
});

test('of the rules that are shipped everything else is as it was', () => {
  const bare = (files: ReturnType<typeof readRuleFiles>) =>
    rulesIn(files).map(({ expr, ...rule }) => ({ ...rule, expr: expr.replaceAll(/\[\w+\]/g, '[]'), for: undefined }));
  const files = readRuleFiles();
  const quick = new Map([...files].map(([name, file]) => [name, scaleRules(file, { factor: 600, shortestWindowMs: 5_000 })]));
  expect(bare(quick)).toEqual(bare(files));
});
