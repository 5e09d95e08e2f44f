import { TerminalError } from '@rushes/runtime';
import type { SqlModel } from '../context/sql-files.ts';

/** A model with the names of the tables that it reads. */
export interface ReadingModel extends SqlModel {
  readonly reads: readonly string[];
}

/**
 * Models in an order in which each comes after all that it reads. Where that leaves a choice, views come first, because loading them goes on
 * beside the engine; then by name.
 * `given`: tables that are there already.
 * @throws TerminalError if a model reads an unknown table, or if models read each other in a circle.
 */
export const orderModels = (models: readonly ReadingModel[], given: ReadonlySet<string>): readonly ReadingModel[] => {
  const known = new Set([...given, ...models.map((model) => model.name)]);
  for (const model of models) {
    const unknown = model.reads.find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new TerminalError(`the model ${model.name} reads ${unknown}, which nothing makes`, {
        hint: 'check the name after FROM or JOIN',
      });
  }
  const done = new Set(given);
  const ordered: ReadingModel[] = [];
  const isView = (model: SqlModel): boolean => model.name.startsWith('views.');
  let waiting = models.toSorted((a, b) => Number(isView(b)) - Number(isView(a)) || (a.name < b.name ? -1 : 1));
  while (waiting.length > 0) {
    const ready = waiting.find((model) => model.reads.every((name) => done.has(name)));
    if (!ready) throw new TerminalError(`models read each other in a circle: ${waiting.map((model) => model.name).join(', ')}`);
    ordered.push(ready);
    done.add(ready.name);
    waiting = waiting.filter((model) => model !== ready);
  }
  return ordered;
};
