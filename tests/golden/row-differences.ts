/** Where rows that were found differ from the expected ones, said so that one knows where to look: table or view, key and field. */
import type { Row, Value } from './rows.ts';

/** More differences than this are only counted. */
const SHOWN = 12;

const show = (value: Value | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const isObject = (value: Value | undefined): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Differences inside a value: `path: expected …, found …`. */
const valueDifferences = (path: string, expected: Value | undefined, found: Value | undefined): readonly string[] => {
  if (expected === found) return [];
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length)
    return expected.flatMap((member: Value, at) => valueDifferences(`${path}[${at}]`, member, found[at]));
  if (isObject(expected) && isObject(found))
    return [...new Set([...Object.keys(expected), ...Object.keys(found)])].flatMap((name) =>
      valueDifferences(path === '' ? name : `${path}.${name}`, expected[name], found[name]),
    );
  return [`${path}: expected ${show(expected)}, found ${show(found)}`];
};

const shorten = (differences: readonly string[]): readonly string[] =>
  differences.length <= SHOWN ? differences : [...differences.slice(0, SHOWN), `and ${differences.length - SHOWN} more`];

/**
 * Compares two sets of rows by their key, whatever order they are in.
 * @returns one line a difference: `table key=…: field: expected …, found …`; empty if there is none.
 */
export const rowDifferences = (
  table: string,
  key: readonly string[],
  expected: readonly Row[],
  found: readonly Row[],
): readonly string[] => {
  const keyOf = (row: Row): string => key.map((column) => `${column}=${show(row[column])}`).join(' ');
  const label = (row: Row): string => {
    const tconst = key.includes('tconst') ? undefined : row['tconst'];
    return `${table} ${keyOf(row)}${tconst === undefined ? '' : ` (${show(tconst)})`}`;
  };
  const rest = new Map<string, Row>();
  const differences: string[] = [];
  for (const row of found) {
    if (rest.has(keyOf(row))) differences.push(`${label(row)}: found twice`);
    rest.set(keyOf(row), row);
  }
  for (const row of expected) {
    const same = rest.get(keyOf(row));
    if (same === undefined) differences.push(`${label(row)}: expected, not found`);
    else differences.push(...valueDifferences('', row, same).map((difference) => `${label(row)}: ${difference}`));
    rest.delete(keyOf(row));
  }
  differences.push(...[...rest.values()].map((row) => `${label(row)}: found, not expected`));
  return shorten(differences);
};

/** Compares the orders of two lists of rows by their key. */
export const orderDifferences = (
  table: string,
  key: readonly string[],
  expected: readonly Row[],
  found: readonly Row[],
): readonly string[] => {
  const keyOf = (row: Row | undefined): string => (row === undefined ? 'nothing' : key.map((column) => show(row[column])).join('/'));
  return shorten(
    Array.from({ length: Math.max(expected.length, found.length) }, (_, at) => [keyOf(expected[at]), keyOf(found[at])] as const).flatMap(
      ([wanted, seen], at) => (wanted === seen ? [] : [`${table} row ${at + 1}: expected ${wanted}, found ${seen}`]),
    ),
  );
};
