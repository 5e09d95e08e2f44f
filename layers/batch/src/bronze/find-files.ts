import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { IMDB_DATASET_NAMES, type ImdbDataset } from '@rushes/domain';
import { TerminalError } from '@rushes/runtime';

export interface SourceFile {
  readonly dataset: ImdbDataset;
  readonly path: string;
  readonly bytes: number;
  readonly compressed: boolean;
}

/**
 * IMDb's files in a folder, each plain (`title.basics.tsv`) or compressed (`title.basics.tsv.gz`). Any but `title.basics` may be absent.
 * @throws TerminalError if the folder or `title.basics` is missing, or if a data set is there twice.
 */
export const findFiles = async (folder: string): Promise<readonly SourceFile[]> => {
  const folderInfo = await stat(folder).catch(() => undefined);
  if (!folderInfo?.isDirectory())
    throw new TerminalError(`the folder of IMDb's files ${folder} ${folderInfo ? 'is not a folder' : 'does not exist'}`, {
      hint: 'name a folder that holds title.basics.tsv.gz with --imdb, or fetch the files with `rushes download`',
    });
  const found: SourceFile[] = [];
  for (const dataset of IMDB_DATASET_NAMES) {
    const candidates = [];
    for (const [name, compressed] of [
      [`${dataset}.tsv`, false],
      [`${dataset}.tsv.gz`, true],
    ] as const) {
      const path = join(folder, name);
      const info = await stat(path).catch(() => undefined);
      if (info?.isFile()) candidates.push({ dataset, path, bytes: info.size, compressed });
    }
    if (candidates.length > 1)
      throw new TerminalError(`${dataset} is in ${folder} twice, plain and compressed`, { hint: 'remove the one that is out of date' });
    found.push(...candidates);
  }
  if (!found.some((file) => file.dataset === 'title.basics'))
    throw new TerminalError(`no title.basics.tsv or title.basics.tsv.gz in ${folder}`, {
      hint: 'every other file may be absent, this one not; fetch it with `rushes download`',
    });
  return found;
};
