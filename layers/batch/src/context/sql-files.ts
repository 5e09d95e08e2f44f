import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The models' folder: beside `src` and `dist`, so both reach it. */
const root = fileURLToPath(new URL('../../sql/', import.meta.url));

export type ModelLayer = 'silver' | 'gold' | 'views';

/** A model: one SELECT in one file, named after its layer and file. */
export interface SqlModel {
  /** `layer.file`, such as `gold.top_movies`. */
  readonly name: string;
  /** What its rows are: the comment at the head of the file. */
  readonly meaning: string;
  /** The SELECT without that comment. */
  readonly select: string;
}

/** Takes a model's file apart into the comment at its head and the SELECT below. */
export const parseModel = (name: string, text: string): SqlModel => {
  const lines = text.trim().split('\n');
  const start = lines.findIndex((line) => !line.startsWith('--'));
  const meaning = lines
    .slice(0, Math.max(0, start))
    .map((line) => line.replace(/^--\s?/, ''))
    .join(' ');
  return { name, meaning, select: lines.slice(Math.max(0, start)).join('\n').trim().replace(/;$/, '') };
};

/** All models of a layer, by file name. */
export const readModels = async (layer: ModelLayer): Promise<readonly SqlModel[]> => {
  const files = (await readdir(`${root}${layer}`)).filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(
    files.map(async (file) => parseModel(`${layer}.${file.slice(0, -'.sql'.length)}`, await readFile(`${root}${layer}/${file}`, 'utf8'))),
  );
};
