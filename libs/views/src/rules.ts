/**
 * The rules that rows of a version were made by, as far as merging depends on them. Rows that hold events up to the cut by one rule, and events after it by
 * another one, add up to what no recompute gives: a publication names its rules, and who merges looks whether they are its own.
 */
import { hash } from 'node:crypto';

import { DUPLICATE_RULE_VERSION, EVENT_SCHEMAS, SILVER_EVENT_VERSION } from '@rushes/domain';
import type { PublishedRules } from '@rushes/ports';

import { KEYED_VIEWS } from './keyed/index.ts';
import { VIEWS } from './served-views.ts';

const HASH_CHARACTERS = 8;
const hashOf = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex').slice(0, HASH_CHARACTERS);

/** The rules of this code. */
export const RULES: PublishedRules = {
  events: hashOf([EVENT_SCHEMAS, SILVER_EVENT_VERSION, DUPLICATE_RULE_VERSION]),
  keyed: KEYED_VIEWS.map(({ storedName }) => storedName),
  rows: Object.fromEntries(VIEWS.flatMap(({ name, made }) => (made === undefined ? [] : [[name, made.version]]))),
};

/**
 * What this code makes of events, as a name: which are valid, which are duplicates, and all keyed views that they are folded into. Code with another name makes
 * something else of the same log, and what the one has projected says nothing of the other's views.
 */
export const PROJECTION = hashOf([RULES.events, RULES.keyed.toSorted()]);

/** Whether a version's rows of a view were made as this code makes them, or it is not known that they were not. */
export const areRowsOurs = (rules: PublishedRules | undefined, name: string): boolean =>
  (rules?.rows[name] ?? RULES.rows[name]) === RULES.rows[name];

const OPTIONAL: ReadonlySet<string> = new Set(VIEWS.filter(({ isOptional }) => isOptional === true).map(({ name }) => name));

const nameOf = (storedName: string): string => storedName.slice(0, storedName.lastIndexOf('@'));

/**
 * Why events cannot be merged by this code with rows made by these rules; `undefined`: they can. A keyed view that only one side has keeps nobody from
 * merging: what is made of it has rules of its own.
 * @param rules missing in what was published before they were kept: then it is taken for this code's.
 */
export const mergeFault = (rules: PublishedRules | undefined): string | undefined => {
  if (rules === undefined) return undefined;
  if (rules.events !== RULES.events) return 'it judges events by other rules';
  const own = new Map(RULES.keyed.map((storedName) => [nameOf(storedName), storedName]));
  const other = rules.keyed.find((storedName) => (own.get(nameOf(storedName)) ?? storedName) !== storedName);
  if (other !== undefined) return `it has ${nameOf(other)} folded otherwise`;
  const rows = Object.keys(RULES.rows).find((name) => !OPTIONAL.has(name) && !areRowsOurs(rules, name));
  return rows === undefined ? undefined : `it has rows of ${rows} made otherwise`;
};
