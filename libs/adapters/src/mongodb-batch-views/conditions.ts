/**
 * Conditions as filters of MongoDB. Invariant: a value stands behind an operator that this file writes, and is of the type that the column has, so no value is
 * ever read as an operator or a path.
 */
import { type ArtefactLayout, type CellValue, type Condition, SET_SEPARATOR } from '@rushes/ports';
import type { Document } from 'mongodb';

import { columnType } from '../artefact-checks/column-type.ts';
import { ascendingField, fieldOf, NULL_LAST } from './stored-row.ts';

/** MongoDB takes patterns of 32,764 bytes. */
const MOST_PATTERN_BYTES = 32_000;

/** Whether single values of a column can be compared with this one. */
export const isOfColumn = (layout: ArtefactLayout, column: string, value: unknown): value is CellValue => {
  const type = columnType(layout, column);
  return type === 'text'
    ? typeof value === 'string'
    : type === 'integer'
      ? typeof value === 'number' && !Number.isNaN(value)
      : type === 'boolean' && typeof value === 'boolean';
};

const isText = (value: unknown): boolean => typeof value === 'string';

const fits = (layout: ArtefactLayout, condition: Condition): boolean => {
  const { column, op } = condition;
  const type = columnType(layout, column);
  switch (op) {
    case 'in':
      return type === 'text' && condition.value.every(isText);
    case 'contains':
      return type === 'text' && isText(condition.value);
    case 'has':
      return type === 'text_set' && isText(condition.value);
    case 'hasAny':
      return type === 'text_set' && condition.value.every(isText);
    case 'missing':
      return true;
    case 'eq':
      return isOfColumn(layout, column, condition.value);
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return type !== 'boolean' && isOfColumn(layout, column, condition.value);
  }
};

/** @throws RangeError for a column that the layout lacks, or an operator or a value that its type does not have. */
export const checkConditions = (layout: ArtefactLayout, where: readonly Condition[]): void => {
  for (const condition of where) {
    const type = columnType(layout, condition.column);
    if (type === undefined) throw new RangeError(`there is no column ${JSON.stringify(condition.column)} to filter on`);
    if (!fits(layout, condition))
      throw new RangeError(`the ${type} column ${condition.column} cannot be filtered by ${JSON.stringify(condition)}`);
  }
};

/**
 * A text as a pattern that finds it and nothing else. Patterns end at a zero byte, so that is written in digits.
 * @throws RangeError if it is longer than a pattern can be.
 */
export const literalPattern = (text: string): string => {
  const pattern = text.replaceAll(/[\\^$.|?*+()[\]{}\-/]/g, '\\$&').replaceAll('\0', '\\x00');
  const bytes = Buffer.byteLength(pattern);
  if (bytes > MOST_PATTERN_BYTES)
    throw new RangeError(`a text that others are to contain has ${bytes} bytes as a pattern, ${MOST_PATTERN_BYTES} at most`);
  return pattern;
};

/** A member that no set can have: sets join their members by the separator, and have no empty ones. */
const isPossibleMember = (member: string): boolean => member !== '' && !member.includes(SET_SEPARATOR);

/** @param ordered columns whose ascending field is to be asked, so that one index serves conditions and order. `undefined`: no row can satisfy it. */
const filterOf = (layout: ArtefactLayout, condition: Condition, ordered: ReadonlySet<string>): Document | undefined => {
  const { column } = condition;
  const isOrdered = ordered.has(column);
  const field = isOrdered ? ascendingField(column) : fieldOf(layout, column);
  switch (condition.op) {
    case 'missing':
      return { [field]: { $eq: isOrdered ? NULL_LAST : null } };
    case 'in':
      return condition.value.length === 0 ? undefined : { [field]: { $in: condition.value } };
    case 'contains':
      // Said by type too, so that no server takes the date that stands for a null for a text.
      return { [field]: { $regex: literalPattern(condition.value), ...(isOrdered && { $type: 'string' }) } };
    case 'has':
      return isPossibleMember(condition.value) ? { [field]: { $eq: condition.value } } : undefined;
    case 'hasAny': {
      const members = condition.value.filter(isPossibleMember);
      return members.length === 0 ? undefined : { [field]: { $in: members } };
    }
    case 'eq':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      // Comparisons hold for values of the operand's type alone: never for a null, nor for what stands for one.
      return { [field]: { [`$${condition.op}`]: condition.value } };
  }
};

/** All conditions as filters that must hold together; `undefined`: no row satisfies them. They were checked before. */
export const filtersOf = (
  layout: ArtefactLayout,
  where: readonly Condition[],
  ordered: ReadonlySet<string> = new Set(),
): readonly Document[] | undefined => {
  const filters = where.map((condition) => filterOf(layout, condition, ordered));
  return filters.every((filter) => filter !== undefined) ? filters : undefined;
};

/** The filter in which all of these hold. */
export const allOf = (filters: readonly Document[]): Document => (filters.length === 0 ? {} : { $and: filters });
