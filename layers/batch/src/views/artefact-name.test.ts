import type { TableRecord } from '@rushes/ports/manifest';
import { statistics, titles } from '@rushes/views';
import { expect, test } from 'vitest';
import type { ResolvedModel } from '../models/resolve-models.ts';
import { artefactName, isOfForm } from './artefact-name.ts';

const reading = (name: string, select: string) => ({ name, select, reads: [], meaning: '' });
const table = (sha256: string): TableRecord => ({
  name: 'silver.a',
  derivation: 'd',
  columns: [{ name: 'x', type: 'VARCHAR' }],
  rows: 1,
  files: [{ key: `silver/a/${sha256}.parquet`, sha256, rows: 1, bytes: 1 }],
});
const model: ResolvedModel = { ...reading('views.titles', 'SELECT 1'), tables: ['silver.a'], through: [reading('gold.b', 'SELECT 2')] };
const nameOf = (
  of: Partial<ResolvedModel> = {},
  sha256 = 'one',
  engine = 'engine 1',
  view: Parameters<typeof artefactName>[0] = titles,
): string =>
  artefactName(
    view,
    { ...model, ...of },
    new Map([
      ['silver.a', table(sha256)],
      ['silver.unread', table('two')],
    ]),
    engine,
  );

test('a name follows from all that its rows are made of, and from nothing else', () => {
  expect(nameOf()).toBe(nameOf());
  const others = [
    nameOf({ select: 'SELECT 3' }),
    nameOf({ through: [reading('gold.b', 'SELECT 3')] }),
    nameOf({ through: [] }),
    nameOf({}, 'another'),
    nameOf({}, 'one', 'engine 2'),
    nameOf({}, 'one', 'engine 1', { ...titles, made: { ...titles.made, version: titles.made.version + 1 } }),
  ];
  expect(new Set([nameOf(), ...others]).size).toBe(1 + others.length);
  expect(nameOf({ meaning: 'another', reads: ['silver.unread'] })).toBe(nameOf());
});

test('artefacts of one form are told by their names', () => {
  expect(isOfForm(titles, nameOf({}, 'another'))).toBe(true);
  expect(isOfForm(statistics, nameOf())).toBe(false);
  expect(isOfForm({ ...titles, made: { ...titles.made, version: 0 } }, nameOf())).toBe(false);
});
