/** What artefacts of views are called: `<view>-<form>-<content>`. Equal names, equal rows. */
import { FOLD_VERSION } from '@rushes/domain';
import { hashJson } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import type { View } from '@rushes/views';

/** Changes when the same table would be loaded into other rows. */
const LOADER_VERSION = 1;

/** What an artefact's form depends on; artefacts of one form can be copied and changed. */
const formOf = (view: View): string =>
  hashJson([LOADER_VERSION, view.layout, view.folded ?? [], view.sortKeys ?? [], view.folded || view.sortKeys ? FOLD_VERSION : 0]).slice(
    0,
    12,
  );

export const artefactName = (view: View, table: TableRecord): string =>
  `${view.name}-${formOf(view)}-${hashJson(table.files.map((file) => file.sha256)).slice(0, 24)}`;

/** Whether an artefact has the form in which this code loads and reads the view. */
export const isOfForm = (view: View, artefact: string): boolean => artefact.startsWith(`${view.name}-${formOf(view)}-`);
