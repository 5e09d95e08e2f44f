import type { TableRecord } from '@rushes/ports/manifest';
import type { View } from '@rushes/views';
import type { ResolvedModel } from '../models/resolve-models.ts';

type Tables = ReadonlyMap<string, TableRecord>;

/** What a view is loaded from. */
export interface ViewSource {
  readonly view: View;
  readonly model: ResolvedModel;
  /** Those of this version that are there, by name: all that the model reads, and those of silver. */
  readonly tables: Tables;
  /** The published version's artefact and tables, where changed rows may be found against them. */
  readonly parent: { readonly artefact: string; readonly tables: Tables } | undefined;
}
