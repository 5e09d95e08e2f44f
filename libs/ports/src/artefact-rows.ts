/** What rows of an artefact are, and how they are asked for. */
/** `text_set`: an unordered set of short texts (genres); a row's value is its members joined by U+001F. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'text_set';

export const SET_SEPARATOR = '\u001f';

export interface SortColumn {
  readonly column: string;
  readonly desc: boolean;
}

/** An order that lists are asked for: by these columns, all of them ascending or all descending. */
export interface SortIndex {
  readonly columns: readonly string[];
  readonly directions: 'both' | 'ascending' | 'descending';
}

/** What an artefact's rows are and how they will be asked for. Adapters derive tables and indexes from it. */
export interface ArtefactLayout {
  /** Name of the text column that identifies a row; the last tie-break of every sort, always ascending. */
  readonly key: string;
  /** Columns that queries filter or sort by, or that are read as values. All but the key may be null. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Names of JSON texts that are stored and returned byte for byte, never looked into. */
  readonly documents: readonly string[];
  /** Text columns whose non-null values are unique: a row can be found by them. */
  readonly lookups: readonly string[];
  /** The orders in which lists are asked for. A list may be sorted otherwise; then it may be slow. */
  readonly sorts: readonly SortIndex[];
  /** The column that nearly every list fixes to one value (a title's type): sort indexes may start with it. */
  readonly partition?: string;
  /** The columns that lists filter on, most often used first. */
  readonly filters: readonly string[];
  /**
   * Text columns that rows are searched by, all of them together: words, which are runs of ASCII letters and digits and of all characters beyond ASCII, with
   * other ASCII characters between them. Left out: rows are not searched.
   */
  readonly search?: readonly string[];
}

export type CellValue = string | number | boolean | null;

/** Values in the order `[key, ...columns, ...documents]` of the layout. Integers are safe integers. */
export type ArtefactRow = readonly CellValue[];

export type Condition =
  | { readonly column: string; readonly op: 'eq'; readonly value: string | number | boolean }
  /** The text is one of these; none is, if there are none. */
  | { readonly column: string; readonly op: 'in'; readonly value: readonly string[] }
  | { readonly column: string; readonly op: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: string | number }
  /** The text contains `value` somewhere; both are compared as they are stored (fold before). */
  | { readonly column: string; readonly op: 'contains'; readonly value: string }
  /** The `text_set` has this member. */
  | { readonly column: string; readonly op: 'has'; readonly value: string }
  /** The `text_set` has at least one of these members. */
  | { readonly column: string; readonly op: 'hasAny'; readonly value: readonly string[] }
  /** The row has no value in this column: the only condition that a null satisfies. */
  | { readonly column: string; readonly op: 'missing' };

/** A place in a sorted list: the sort columns' values of a row, and its key. The row itself need not exist any more. */
export interface ListPosition {
  readonly values: readonly CellValue[];
  readonly key: string;
}

/** What of a row is wanted. Columns may name the key. */
export interface Selection {
  readonly columns?: readonly string[];
  readonly documents?: readonly string[];
}

export interface ListQuery extends Selection {
  /** All must hold. A null satisfies no condition but `missing`. Conditions may name the key. */
  readonly where: readonly Condition[];
  /**
   * Texts compare as UTF-8 bytes, false before true, nulls last whatever the direction; then the key, ascending.
   * Empty: by key alone.
   */
  readonly sort: readonly SortColumn[];
  /** Only rows that stand after this place. */
  readonly after?: ListPosition;
  readonly limit: number;
}

export interface ViewRow {
  readonly key: string;
  /** Values of the selected columns, in the order asked for. */
  readonly columns: readonly CellValue[];
  /** The selected documents' JSON texts, in the order asked for; `null` where a row has none. */
  readonly documents: readonly (string | null)[];
}

export interface ListedRow extends ViewRow {
  /** Values of the sort columns: with the key, the row's `ListPosition`. */
  readonly sortValues: readonly CellValue[];
}
