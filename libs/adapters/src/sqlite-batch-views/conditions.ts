import { type ArtefactLayout, type CellValue, type Condition, SET_SEPARATOR } from '@rushes/ports';
import { compareUtf8 } from '@rushes/domain';
import { ArtefactFaultError } from './damage.ts';
import { type OrderIndex, columnType, maskColumn, nullInOrder, orderExpression, quoted } from './physical-layout.ts';

/** Conditions: checked against the layout, evaluated on one value, and put into SQL. In SQL, names come from the layout and values are bound. */

export interface Sql {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** What the file says of a set's member: its code, or that no row has it. */
export interface Member {
  readonly setNumber: number;
  readonly code: number;
  /** Its bit in the mask, if it has one. */
  readonly bit?: number;
}

/** `unknown`: no row has the member. `undefined`: the set has neither mask nor member rows. */
export type ResolveMember = (set: string, member: string) => Member | 'unknown' | undefined;

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

/** A member that no set can have: sets join their members by the separator, and have no empty ones. */
const impossibleMember = (member: string): boolean => member === '' || member.includes(SET_SEPARATOR);

const noRowHas = (column: string, member: string, resolve: ResolveMember): boolean =>
  impossibleMember(member) || resolve(column, member) === 'unknown';

/** Whether no row at all can satisfy the condition, as far as the dictionaries tell. */
export const isImpossible = (condition: Condition, resolve: ResolveMember): boolean => {
  if (condition.op === 'in') return condition.value.length === 0;
  if (condition.op === 'has') return noRowHas(condition.column, condition.value, resolve);
  return condition.op === 'hasAny' && condition.value.every((member) => noRowHas(condition.column, member, resolve));
};

const hasSql = (column: string, value: string, resolve: ResolveMember): Sql => {
  const member = resolve(column, value);
  if (member === undefined || member === 'unknown') {
    return { text: `instr(char(31) || e.${quoted(column)} || char(31), char(31) || ? || char(31)) > 0`, values: [value] };
  }
  if (member.bit !== undefined) return { text: `(e.${quoted(maskColumn(column))} & ?) <> 0`, values: [2 ** member.bit] };
  return {
    text: 'EXISTS (SELECT 1 FROM _members m WHERE m.set_number = ? AND m.code = ? AND m._pos = e._pos)',
    values: [member.setNumber, member.code],
  };
};

/** Members that have a bit are checked by one mask together; of those that no row has nothing is said. */
const hasAnySql = (column: string, members: readonly string[], resolve: ResolveMember): Sql => {
  const possible = members.filter((member) => !noRowHas(column, member, resolve));
  const bits = new Set(
    possible.flatMap((member) => {
      const found = resolve(column, member);
      return typeof found === 'object' && found.bit !== undefined ? [found.bit] : [];
    }),
  );
  const others = possible.filter((member) => {
    const found = resolve(column, member);
    return typeof found !== 'object' || found.bit === undefined;
  });
  const mask = [...bits].reduce((sum, bit) => sum + 2 ** bit, 0);
  const parts: Sql[] = [
    ...(mask === 0 ? [] : [{ text: `(e.${quoted(maskColumn(column))} & ?) <> 0`, values: [mask] }]),
    ...others.map((member) => hasSql(column, member, resolve)),
  ];
  return parts.length === 0
    ? { text: 'FALSE', values: [] }
    : { text: `(${parts.map(({ text }) => text).join(' OR ')})`, values: parts.flatMap(({ values }) => values) };
};

const OPERATORS = { eq: '=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/**
 * A condition on the entries `e`. Where the index that is walked is ordered by the column, the condition is on the index's own expression, so that it
 * bounds the walk or is checked without the row; what stands there for a null is then ruled out.
 */
export const conditionSql = (condition: Condition, resolve: ResolveMember, walked?: OrderIndex): Sql => {
  if (condition.op === 'has') return hasSql(condition.column, condition.value, resolve);
  if (condition.op === 'hasAny') return hasAnySql(condition.column, condition.value, resolve);
  const ordered = walked?.lead.includes(condition.column) === true ? walked : undefined;
  const expression = ordered ? orderExpression(condition.column, ordered.desc) : `e.${quoted(condition.column)}`;
  if (condition.op === 'missing') {
    return { text: ordered ? `${expression} = ${nullInOrder(ordered.desc)}` : `${expression} IS NULL`, values: [] };
  }
  const present = ordered ? ` AND ${expression} ${ordered.desc ? '>' : '<'} ${nullInOrder(ordered.desc)}` : '';
  if (condition.op === 'contains') return { text: `instr(${expression}, ?) > 0${present}`, values: [condition.value] };
  if (condition.op === 'in')
    return { text: `${expression} IN (${condition.value.map(() => '?').join(', ')})${present}`, values: condition.value };
  const value = typeof condition.value === 'boolean' ? Number(condition.value) : condition.value;
  return { text: `${expression} ${OPERATORS[condition.op]} ?${present}`, values: [value] };
};

/** Whether the index alone, without the rows, can tell if the condition holds. */
export const isCovered = (condition: Condition, resolve: ResolveMember, index: OrderIndex): boolean => {
  if (condition.op !== 'has' && condition.op !== 'hasAny')
    return index.lead.includes(condition.column) || index.covered.includes(condition.column);
  const members = condition.op === 'has' ? [condition.value] : condition.value.filter((one) => !noRowHas(condition.column, one, resolve));
  return (
    index.masks.includes(condition.column) &&
    members.every((one) => {
      const member = resolve(condition.column, one);
      return typeof member === 'object' && member.bit !== undefined;
    })
  );
};

/** Whether the condition bounds a walk of the index: it is a range of the index's first column. */
export const isRangeOf = (condition: Condition, index: OrderIndex): boolean =>
  condition.column === index.lead[0] && !['contains', 'has', 'in', 'hasAny'].includes(condition.op);
