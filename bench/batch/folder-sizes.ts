import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SAMPLE_MS = 250;

/** Bytes of all files below a folder, as the disk holds them. What is removed meanwhile counts for nothing. */
export const bytesIn = async (folder: string): Promise<number> => {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await bytesIn(path);
    else sum += ((await stat(path).catch(() => undefined))?.blocks ?? 0) * 512;
  }
  return sum;
};

/** The most that a folder ever held while `work` was under way, looked at several times a second. */
export const peakWhile = async <Result>(
  folder: string,
  work: Promise<Result>,
): Promise<{ readonly peak: number; readonly result: Result }> => {
  let peak = 0;
  let isOver = false;
  const end = (): void => void (isOver = true);
  work.then(end, end);
  const looks = async (): Promise<void> => {
    do {
      peak = Math.max(peak, await bytesIn(folder));
      await sleep(SAMPLE_MS);
      // eslint-disable-next-line no-unmodified-loop-condition -- set when the work is over
    } while (!isOver);
  };
  await looks();
  return { peak: Math.max(peak, await bytesIn(folder)), result: await work };
};
