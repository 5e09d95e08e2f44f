import { constants } from 'node:fs';
import { copyFile, link, rename, stat } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { type ArtefactLayout, ArtefactNotFoundError, type ArtefactParent, type ArtefactRow } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { isThereSync } from '../crash-safety/entries.ts';
import { sync } from '../crash-safety/sync.ts';
import { type TemporaryFile, temporaryFile } from '../crash-safety/temporary-files.ts';
import type { FileHashes } from '../file-hash/file-hash.ts';
import { type FinishTask, type Loaded, applyChanges, finishFile, loadRows } from './fill-file.ts';
import { readLayout } from './artefact-file.ts';
import { putSeal } from './damage.ts';
import { type PhysicalLayout, physicalLayout } from './physical-layout.ts';
import type { Retired } from './retired.ts';
import type { Threads } from './artefact-reader.ts';
import { layoutText } from './write-rows.ts';

/**
 * Builds an artefact's file under a temporary name and gives it its own when it is whole and on the disk. Of builders that race, the first to finish
 * gives the file; as names derive from contents, the others' would be the same.
 */

/** Up to so many rows, indexes are built faster than a thread starts. */
const BUILT_HERE = 5_000;

interface Build {
  readonly folder: string;
  readonly artefact: string;
  readonly layout: ArtefactLayout;
  readonly rows: AsyncIterable<readonly ArtefactRow[]>;
  readonly parent: ArtefactParent | undefined;
  readonly signal: AbortSignal | undefined;
  readonly pathOf: (artefact: string) => string;
  readonly threads: Threads;
  readonly hashes: FileHashes;
  /** Whether the artefact is there already as it is to be. */
  readonly isTaken: () => Promise<boolean>;
  readonly retired: Pick<Retired, 'publish'>;
}

const copyParent = async ({ folder, parent, pathOf }: Build & { parent: ArtefactParent }, target: string): Promise<void> => {
  try {
    await copyFile(pathOf(parent.artefact), target, constants.COPYFILE_FICLONE);
  } catch (error) {
    if (!isThereSync(pathOf(parent.artefact))) throw new ArtefactNotFoundError(folder, parent.artefact);
    throw error;
  }
};

const fill = async (build: Build, physical: PhysicalLayout, path: string): Promise<Loaded> => {
  const { layout, rows, parent, signal } = build;
  if (parent !== undefined) await copyParent({ ...build, parent }, path);
  const database = new DatabaseSync(path);
  try {
    if (parent === undefined) return await loadRows(database, physical, rows, signal);
    if (layoutText(readLayout(database, path)) !== layoutText(layout)) {
      throw new ArtefactFaultError(`its parent ${parent.artefact} has another layout: build it whole`);
    }
    return await applyChanges(database, physical, parent.removedKeys, rows, signal);
  } finally {
    database.close();
  }
};

/** Makes `path` visible under the artefact's name, in the place of one that is damaged or to be built anew, unless another builder was faster. */
const publish = async ({ folder, artefact, pathOf, isTaken, hashes, retired }: Build, path: string): Promise<void> => {
  await sync(path);
  const target = pathOf(artefact);
  const sha256 = (await hashes.of(path)) ?? '';
  const { size: bytes } = await stat(path);
  await putSeal(target, { sha256, bytes });
  await sync(folder);
  await retired.publish(artefact, async () => {
    try {
      await link(path, target);
    } catch (error) {
      if (!isThereSync(target)) throw error;
      if (!(await isTaken())) await rename(path, target);
    }
    await sync(folder);
  });
};

/** Throws `ArtefactFaultError`, `ArtefactNotFoundError` for the parent, or the signal's reason; then nothing is visible. */
export const buildArtefact = async (build: Build): Promise<number> => {
  const { folder, artefact, layout, parent, signal, threads } = build;
  const files: TemporaryFile[] = [];
  const newFile = (): string => {
    const file = temporaryFile(folder, artefact);
    files.push(file);
    return file.path;
  };
  try {
    const physical = physicalLayout(layout);
    const filled = newFile();
    const { rows, ordered } = await fill(build, physical, filled);
    const task: FinishTask = ordered ? { path: filled } : { path: newFile(), arrived: filled };
    if (parent === undefined || !ordered) {
      if (rows <= BUILT_HERE) finishFile(task);
      else await threads.finish(task);
    }
    signal?.throwIfAborted();
    await publish(build, task.path);
    return rows;
  } catch (error) {
    throw error instanceof ArtefactFaultError
      ? new ArtefactFaultError(`building the artefact ${artefact} in ${folder}: ${error.message}`)
      : error;
  } finally {
    for (const file of files) await file.remove();
  }
};
