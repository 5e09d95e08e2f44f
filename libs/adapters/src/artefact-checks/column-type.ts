import type { ArtefactLayout, ColumnType } from '@rushes/ports';

/** `undefined`: the layout has no such column. The key is one, of type text. */
export const columnType = (layout: ArtefactLayout, column: string): ColumnType | undefined =>
  column === layout.key ? 'text' : Object.hasOwn(layout.columns, column) ? layout.columns[column] : undefined;
