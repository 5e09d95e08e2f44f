/** Conditions of lists: checked against the layout, and evaluated on one value. */
import type { ArtefactLayout, CellValue, Condition } from '@rushes/ports';
import { compareUtf8 } from '@rushes/domain';

import { ArtefactFaultError } from './artefact-fault.ts';
import { columnType } from './column-type.ts';

const fits = (layout: ArtefactLayout, condition: Condition): boolean => {
  const type = columnType(layout, condition.column);
  const isText = type === 'text' || type === 'text_set';
  switch (condition.op) {
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

/** Whether a single value (no set) satisfies a condition. */
export const satisfies = (value: CellValue, condition: Condition): boolean => {
  if (condition.op === 'missing') return value === null;
  if (value === null) return false;
  if (condition.op === 'eq') return value === condition.value;
  if (condition.op === 'in') return condition.value.some((one) => one === value);
  if (condition.op === 'contains') return String(value).includes(condition.value);
  if (condition.op === 'has' || condition.op === 'hasAny') return false;
  const order =
    typeof value === 'string' && typeof condition.value === 'string'
      ? compareUtf8(value, condition.value)
      : Number(value) - Number(condition.value);
  switch (condition.op) {
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
  }
};
