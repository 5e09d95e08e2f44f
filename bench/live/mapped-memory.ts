/** What of this process's resident memory lies in files, and what in none: Linux tells. */
import { readFileSync } from 'node:fs';

export interface MappedMemory {
  /** Pages of files: programs, libraries, artefacts that SQLite maps. The system takes them back when it needs room. */
  readonly rssFileMb: number;
  /** Everything else: the JavaScript heap, SQLite's and DuckDB's buffers, what the allocator keeps. */
  readonly rssAnonMb: number;
}

const KIB_PER_MIB = 1024;

/** Zeros on systems that do not tell. */
export const mappedMemory = (): MappedMemory => {
  if (process.platform !== 'linux') return { rssFileMb: 0, rssAnonMb: 0 };
  const status = readFileSync('/proc/self/status', 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / KIB_PER_MIB;
  return { rssFileMb: of('RssFile'), rssAnonMb: of('RssAnon') };
};
