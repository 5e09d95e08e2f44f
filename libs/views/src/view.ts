import type { ArtefactLayout } from '@rushes/ports';

/** A served view: what its rows are. The batch layer's model of the same name fills it, the serving layer reads it. */
export interface View {
  readonly name: string;
  readonly layout: ArtefactLayout;
  /** Columns of texts or sets of texts that are stored folded (`foldText`); the model yields them as they are, so that one function folds for every layer. */
  readonly folded?: readonly string[];
  /** Text columns of which the sort key is stored (`sortKey`); the model yields these as they are, too. */
  readonly sortKeys?: readonly string[];
}
