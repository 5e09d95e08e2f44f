import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The models' folder: beside `src` and `dist`, so both reach it. */
const root = fileURLToPath(new URL('../sql/', import.meta.url));

export type ModelLayer = 'silver' | 'gold' | 'views';

/** A model: one SELECT in one file, named after its layer and file. */
export interface SqlModel {
  /** `layer.file`, such as `gold.top_movies`. */
  readonly name: string;
  readonly select: string;
}

/** All models of a layer, by file name. */
export const readModels = async (layer: ModelLayer): Promise<readonly SqlModel[]> => {
  const files = (await readdir(`${root}${layer}`)).filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      name: `${layer}.${file.slice(0, -'.sql'.length)}`,
      select: (await readFile(`${root}${layer}/${file}`, 'utf8')).trim().replace(/;$/, ''),
    })),
  );
};
