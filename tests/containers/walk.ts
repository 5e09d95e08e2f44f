import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

export interface Entry {
  readonly path: string;
  readonly stats: Stats;
}

/** Everything below a folder, links not followed. */
export function* walk(folder: string): Generator<Entry> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = lstatSync(path);
    yield { path, stats };
    if (stats.isDirectory()) yield* walk(path);
  }
}
