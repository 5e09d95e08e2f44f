import type { ReadingModel } from './order-models.ts';

/** A model with all that has to be there for it to be computed. */
export interface ResolvedModel extends ReadingModel {
  /** Names of the stored tables that it reads, by itself or through models whose rows are not stored, sorted. */
  readonly tables: readonly string[];
  /** Models whose rows are not stored, each after what it reads, by which it reads them. */
  readonly through: readonly ReadingModel[];
}

/**
 * Works out what each model is computed from.
 * @param ordered models, each after what it reads.
 * @param isStored whether the rows of a model, or a table, are stored under this name.
 */
export const resolveModels = (ordered: readonly ReadingModel[], isStored: (name: string) => boolean): readonly ResolvedModel[] => {
  const resolved = new Map<string, ResolvedModel>();
  for (const model of ordered) {
    const parts = model.reads.flatMap((name) => (isStored(name) ? [] : (resolved.get(name) ?? [])));
    const tables = new Set([...model.reads.filter(isStored), ...parts.flatMap((part) => part.tables)]);
    const through = [...new Map(parts.flatMap((part) => [...part.through, part]).map((part) => [part.name, part])).values()];
    resolved.set(model.name, { ...model, tables: [...tables].toSorted(), through });
  }
  return [...resolved.values()];
};
