/** Conditions put into SQL. There, names come from the layout and values are bound. */
import { type ArtefactLayout, type CellValue, type Condition, SET_SEPARATOR } from '@rushes/ports';

import { quoted } from '../postgres-access/identifiers.ts';
import { storedText } from '../postgres-access/stored-text.ts';
import { valueSql } from './layout.ts';

/** Collects the values of a statement. Equal texts of SQL with equal values are one parameter. */
export interface Binding {
  /** @returns the parameter, as `$3::bigint`. */
  readonly bind: (value: CellValue | readonly string[], type: 'text' | 'bigint' | 'boolean' | 'text[]') => string;
  readonly values: readonly unknown[];
}

export const newBinding = (): Binding => {
  const values: unknown[] = [];
  const known = new Map<unknown, string>();
  return {
    values,
    bind(value, type) {
      const stored =
        typeof value === 'string' ? storedText(value) : typeof value === 'object' && value !== null ? value.map(storedText) : value;
      const before = known.get(stored);
      if (before?.endsWith(`::${type}`) === true) return before;
      values.push(stored);
      const parameter = `$${values.length}::${type}`;
      known.set(stored, parameter);
      return parameter;
    },
  };
};

const FALSE = 'FALSE';
const OPERATORS = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** Columns hold safe integers; what lies beyond them compares like the next one to them. */
const BEYOND = Number.MAX_SAFE_INTEGER + 1;
const within = (value: number): number => Math.max(-BEYOND, Math.min(BEYOND, value));

/** A comparison with any number as one with an integer, which an index can answer. */
const integerSql = (column: string, op: keyof typeof OPERATORS, value: number, { bind }: Binding): string => {
  if (Number.isNaN(value) || (op === 'eq' && !Number.isSafeInteger(value))) return FALSE;
  const rounded = op === 'lt' || op === 'gte' ? Math.ceil(value) : Math.floor(value);
  return `${column} ${OPERATORS[op]} ${bind(within(rounded), 'bigint')}`;
};

/** A member that no set can have: sets join their members by the separator, and have no empty ones. */
const isPossible = (member: string): boolean => member !== '' && !member.includes(SET_SEPARATOR);

/** The text somewhere in another, as LIKE says it: an index of trigrams knows that, and no function. */
const pattern = (text: string): string => `%${text.replace(/[\\%_]/g, String.raw`\$&`)}%`;

export const conditionSql = (layout: ArtefactLayout, condition: Condition, binding: Binding): string => {
  const { bind } = binding;
  const column = quoted(condition.column);
  switch (condition.op) {
    case 'missing':
      return `${column} IS NULL`;
    case 'has':
      return isPossible(condition.value) ? `${column} @> ${bind([condition.value], 'text[]')}` : FALSE;
    case 'hasAny': {
      const members = condition.value.filter(isPossible);
      return members.length === 0 ? FALSE : `${column} && ${bind(members, 'text[]')}`;
    }
    case 'in':
      return condition.value.length === 0 ? FALSE : `${valueSql(layout, condition.column)} = ANY(${bind(condition.value, 'text[]')})`;
    case 'contains':
      return `${valueSql(layout, condition.column)} LIKE ${bind(pattern(condition.value), 'text')}`;
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      if (typeof condition.value === 'boolean') return condition.value ? column : `NOT ${column}`;
      return typeof condition.value === 'number'
        ? integerSql(column, condition.op, condition.value, binding)
        : `${valueSql(layout, condition.column)} ${OPERATORS[condition.op]} ${bind(condition.value, 'text')}`;
  }
};
