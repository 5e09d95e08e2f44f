import { KEYED_VIEWS, mergeFault, RULES, VIEWS } from '@rushes/views';
import { expect, test } from 'vitest';

const [first = '', ...others] = RULES.keyed;
const named = (storedName: string): string => storedName.slice(0, storedName.lastIndexOf('@'));

test('the rules name every keyed view, and every served view whose rows are made in code', () => {
  expect(RULES.keyed).toHaveLength(KEYED_VIEWS.length);
  expect(Object.keys(RULES.rows)).toEqual(VIEWS.flatMap(({ name, made }) => (made === undefined ? [] : [name])));
  expect(Object.keys(RULES.rows)).toContain('titles');
});

test('its own rules, and those of before there were any, can be merged with', () => {
  expect(mergeFault(RULES)).toBeUndefined();
  expect(mergeFault(undefined)).toBeUndefined();
});

test('a view that only one side has keeps nobody from merging', () => {
  expect(mergeFault({ ...RULES, keyed: [...RULES.keyed, 'another@00000000'] })).toBeUndefined();
  expect(mergeFault({ ...RULES, keyed: others })).toBeUndefined();
  expect(mergeFault({ ...RULES, rows: { another: 7 } })).toBeUndefined();
});

test.each([
  ['events judged otherwise', { ...RULES, events: 'other' }, 'it judges events by other rules'],
  ['a view folded otherwise', { ...RULES, keyed: [`${named(first)}@00000000`, ...others] }, `it has ${named(first)} folded otherwise`],
  ['rows made otherwise', { ...RULES, rows: { ...RULES.rows, titles: -1 } }, 'it has rows of titles made otherwise'],
])('%s: it says what', (_what, rules, fault) => {
  expect(mergeFault(rules)).toBe(fault);
});
