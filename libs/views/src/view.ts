import type { ArtefactLayout, ArtefactRow, CellValue, ColumnType } from '@rushes/ports';

/** A served view: what its rows are. The batch layer's model of the same name fills it, the serving layer reads it. */
export interface View {
  readonly name: string;
  readonly layout: ArtefactLayout;
  /** Where a row is made of other values than it has. Without it, the model yields the row's own values, by their names. */
  readonly made?: MadeRows;
  /** Only some answers need it: a version without it, or with its rows made otherwise, is served all the same, and only these are refused. */
  readonly isOptional?: boolean;
}

/** How rows are made of what the model yields. */
export interface MadeRows {
  /** The model's columns, in the order in which `row` takes their values. */
  readonly from: Readonly<Record<string, ColumnType>>;
  readonly row: (values: readonly CellValue[]) => ArtefactRow;
  /** Changes when `row` gives another row for any values: what is stored has to be built anew then. */
  readonly version: number;
}
