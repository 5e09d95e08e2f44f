/** What artefacts of views are called: `<view>-<form>-<derivation>`. Equal names, equal rows. */
import { contentOf, hashJson } from '@rushes/lake';
import type { TableRecord } from '@rushes/ports/manifest';
import type { View } from '@rushes/views';
import type { ResolvedModel } from '../models/resolve-models.ts';

/** Changes when the same values would be loaded into other rows. */
const LOADER_VERSION = 3;

/** What an artefact's form depends on; artefacts of one form can be copied and changed. */
const formOf = ({ layout, made }: View): string => hashJson([LOADER_VERSION, layout, made?.version ?? 0]).slice(0, 12);

/** @param tables those of the version, by name. @param engineVersion part of what rows depend on. */
export const artefactName = (view: View, model: ResolvedModel, tables: ReadonlyMap<string, TableRecord>, engineVersion: string): string => {
  const inputs = model.tables.flatMap((name) => tables.get(name) ?? []).map(contentOf);
  const derivation = hashJson([[...model.through, model].map(({ name, select }) => [name, select]), engineVersion, inputs]);
  return `${view.name}-${formOf(view)}-${derivation.slice(0, 24)}`;
};

/** Whether an artefact has the form in which this code loads and reads the view. */
export const isOfForm = (view: View, artefact: string): boolean => artefact.startsWith(`${view.name}-${formOf(view)}-`);
