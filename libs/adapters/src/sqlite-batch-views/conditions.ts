import { type Condition, SET_SEPARATOR } from '@rushes/ports';
import { type OrderIndex, maskColumn, nullInOrder, orderExpression, quoted } from './physical-layout.ts';

/** Conditions put into SQL. There, names come from the layout and values are bound. */

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
