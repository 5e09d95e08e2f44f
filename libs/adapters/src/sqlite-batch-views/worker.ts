import { statSync } from 'node:fs';
import { ArtefactDamagedError, type Condition, type ListQuery, type ListedRow, type SearchQuery, type SearchResult } from '@rushes/ports';
import { ArtefactFaultError } from '../artefact-checks/artefact-fault.ts';
import { type ArtefactFile, openArtefactFile } from './artefact-file.ts';
import { type FinishTask, finishFile } from './fill-file.ts';

/** What runs on the other threads: searches, lists and counts that read much, and the end of a build. Keeps a few artefacts open between tasks. */

const KEPT_OPEN = 8;
interface Opened {
  readonly inode: number | undefined;
  readonly file: ArtefactFile;
}

const opened = new Map<string, Opened>();

const fileAt = (path: string): ArtefactFile => {
  const inode = statSync(path, { throwIfNoEntry: false })?.ino;
  let known = opened.get(path);
  opened.delete(path);
  // A damaged artefact that was built anew has the same name.
  if (known !== undefined && inode !== undefined && inode !== known.inode) {
    known.file.close();
    known = undefined;
  }
  known ??= { inode, file: openArtefactFile(path) };
  opened.set(path, known);
  for (const [oldest, unused] of opened) {
    if (opened.size <= KEPT_OPEN) break;
    opened.delete(oldest);
    unused.file.close();
  }
  return known.file;
};

export interface ListTask {
  readonly path: string;
  readonly query: ListQuery;
}

export interface CountTask {
  readonly path: string;
  readonly where: readonly Condition[];
}

export interface SearchTask {
  readonly path: string;
  readonly query: SearchQuery;
}

/** A class of errors does not survive the way between threads: damage comes back as its message. */
export type Read<Answer> = { readonly answer: Answer | undefined } | { readonly damage: string };

const reading = <Answer>(read: () => Answer | undefined): Read<Answer> => {
  try {
    return { answer: read() };
  } catch (error) {
    if (error instanceof ArtefactDamagedError) return { damage: error.message };
    throw error;
  }
};

export const list = ({ path, query }: ListTask): Read<readonly ListedRow[]> => reading(() => fileAt(path).list(query, 'thorough'));

export const count = ({ path, where }: CountTask): Read<number> => reading(() => fileAt(path).count(where, 'thorough'));

export const search = ({ path, query }: SearchTask): Read<SearchResult> => reading(() => fileAt(path).search(query));

/** The same for a fault of the rows. */
export const finish = (task: FinishTask): { readonly fault?: string } => {
  try {
    finishFile(task);
    return {};
  } catch (error) {
    if (error instanceof ArtefactFaultError) return { fault: error.message };
    throw error;
  }
};
