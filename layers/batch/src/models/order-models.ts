import { TerminalError } from '@rushes/runtime';
import type { SqlModel } from '../context/sql-files.ts';

/** A model with the names of the tables that it reads. */
export interface ReadingModel extends SqlModel {
  readonly reads: readonly string[];
}

/**
 * Models in an order in which each comes after all that it reads. Where that leaves a choice, those that served views read come first, because loading
 * these goes on beside the engine; then by name.
 * @param given tables that are there already.
 * @param first names of what served views read.
 * @throws TerminalError if a model reads an unknown table, or if models read each other in a circle.
 */
export const orderModels = (
  models: readonly ReadingModel[],
  given: ReadonlySet<string>,
  first: ReadonlySet<string> = new Set(),
): readonly ReadingModel[] => {
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
  const isFirst = ({ name }: SqlModel): boolean => first.has(name);
  let waiting = models.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)) || (a.name < b.name ? -1 : 1));
  while (waiting.length > 0) {
    const ready = waiting.find((model) => model.reads.every((name) => done.has(name)));
    if (!ready) throw new TerminalError(`models read each other in a circle: ${waiting.map((model) => model.name).join(', ')}`);
    ordered.push(ready);
    done.add(ready.name);
    waiting = waiting.filter((model) => model !== ready);
  }
  return ordered;
};
