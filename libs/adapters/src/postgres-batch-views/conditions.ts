/** Conditions: checked against the layout, evaluated on one value, and put into SQL. In SQL, names come from the layout and values are bound. */
import { type ArtefactLayout, type CellValue, type Condition, SET_SEPARATOR } from '@rushes/ports';
import { compareUtf8 } from '@rushes/domain';

import { quoted } from '../postgres-access/identifiers.ts';
import { storedText } from '../postgres-access/stored-text.ts';
import { ArtefactFaultError, columnType, valueSql } from './layout.ts';

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

const fits = (layout: ArtefactLayout, condition: Condition): boolean => {
  const type = columnType(layout, condition.column);
  const isText = type === 'text' || type === 'text_set';
  const { op } = condition;
  switch (op) {
    case 'in':
      return isText && condition.value.every((one) => typeof one === 'string');
    case 'hasAny':
      return type === 'text_set' && condition.value.every((one) => typeof one === 'string');
    case 'eq':
      return typeof condition.value === (isText ? 'string' : type === 'integer' ? 'number' : 'boolean');
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return type !== 'boolean' && typeof condition.value === (isText ? 'string' : 'number');
    case 'contains':
      return isText && typeof condition.value === 'string';
    case 'has':
      return type === 'text_set' && typeof condition.value === 'string';
    case 'missing':
      return true;
  }
};

/** Throws `ArtefactFaultError` for a column that the layout lacks, or an operator or value that its type does not have. */
export const checkConditions = (layout: ArtefactLayout, where: readonly Condition[]): void => {
  for (const condition of where) {
    const type = columnType(layout, condition.column);
    if (type === undefined) throw new ArtefactFaultError(`there is no column ${JSON.stringify(condition.column)} to filter on`);
    if (!fits(layout, condition))
      throw new ArtefactFaultError(`the ${type} column ${condition.column} cannot be filtered by ${JSON.stringify(condition)}`);
  }
};

const compare = (value: CellValue, other: string | number): number =>
  typeof value === 'string' && typeof other === 'string' ? compareUtf8(value, other) : Number(value) - Number(other);

/** Whether a single value (no set) satisfies a condition. */
export const satisfies = (value: CellValue, condition: Condition): boolean => {
  if (condition.op === 'missing') return value === null;
  if (value === null) return false;
  switch (condition.op) {
    case 'eq':
      return value === condition.value;
    case 'in':
      return condition.value.some((one) => one === value);
    case 'contains':
      return String(value).includes(condition.value);
    case 'lt':
      return compare(value, condition.value) < 0;
    case 'lte':
      return compare(value, condition.value) <= 0;
    case 'gt':
      return compare(value, condition.value) > 0;
    case 'gte':
      return compare(value, condition.value) >= 0;
    case 'has':
    case 'hasAny':
      return false;
  }
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
