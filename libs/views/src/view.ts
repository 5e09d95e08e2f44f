import type { ArtefactLayout } from '@rushes/ports';

/** A served view: what its rows are. The batch layer's model of the same name fills it, the serving layer reads it. */
export interface View {
  readonly name: string;
  readonly layout: ArtefactLayout;
  /** Text columns that are stored folded (`foldText`); the model yields them as they are, so that one function folds for every layer. */
  readonly folded?: readonly string[];
}
