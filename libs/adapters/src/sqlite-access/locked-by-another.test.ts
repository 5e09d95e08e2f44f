/** Files that another process has locked: what reads is answered, what writes waits without holding up the event loop, and no longer than it may. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { StoreBusyError } from '@rushes/ports';
import { readLog } from '@rushes/ports/contracts/read-log';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openSqliteApiKeys } from '../sqlite-api-keys/index.ts';
import { openSqliteBatchViews } from '../sqlite-batch-views/index.ts';
import { openSqliteEventLog } from '../sqlite-event-log/index.ts';
import { openSqliteSpeedStore } from '../sqlite-speed-store/index.ts';

const HOUR_MS = 3_600_000;
const partition = 'movie.ratings/3';

/** A store as these tests need it: names are written one after another, and all that are there are read. */
interface Opened {
  write(name: string): Promise<unknown>;
  read(): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Case {
  readonly store: string;
  readonly file: string;
  /** Whether a lock that keeps writers out lets readers in. */
  readonly readsPast: 'any lock' | 'a lock before its commit';
  readonly open: (folder: string, lockWaitMs?: number) => Promise<Opened>;
}

const CASES: readonly Case[] = [
  {
    store: 'the event log',
    file: 'events.sqlite',
    readsPast: 'any lock',
    open: async (folder, lockWaitMs) => {
      const log = await openSqliteEventLog(folder, lockWaitMs === undefined ? {} : { lockWaitMs });
      return {
        write: (name) => log.append([{ partition, key: 'k', id: name, value: '' }]),
        read: async () => {
          await log.bounds();
          return (await readLog(log, partition)).flatMap((record) => (record.kind === 'event' ? [record.id] : []));
        },
        close: () => log.close(),
      };
    },
  },
  {
    store: 'the speed store',
    file: 'speed.sqlite',
    readsPast: 'any lock',
    open: async (folder, lockWaitMs) => {
      const store = await openSqliteSpeedStore(join(folder, 'speed.sqlite'), lockWaitMs === undefined ? {} : { lockWaitMs });
      const row = { view: 'v', epoch: 1, partition, generation: 0, lastOffset: 0, appendedAtMs: 0, timestampUs: 1, state: '' } as const;
      return {
        write: (name) => store.upsert([{ ...row, key: name }], HOUR_MS),
        read: async () => {
          const names: string[] = [];
          for await (const rows of store.scan('v', 0)) names.push(...rows.map(({ key }) => key));
          return names;
        },
        close: () => store.close(),
      };
    },
  },
  {
    store: 'the publications',
    file: 'publications.sqlite',
    readsPast: 'a lock before its commit',
    open: async (folder, lockWaitMs) => {
      const views = await openSqliteBatchViews(folder, { scanThreads: 1, ...(lockWaitMs === undefined ? {} : { lockWaitMs }) });
      const publication = { version: 1, manifest: 'm', views: {}, cut: {}, cutAt: '', reason: 'run' } as const;
      let number = (await views.listPublications(1))[0]?.number ?? 0;
      return {
        write: (name) => views.insertPublication({ ...publication, number: ++number, publishedAt: name }),
        read: async () => (await views.listPublications(100)).map(({ publishedAt }) => publishedAt).toReversed(),
        close: () => views.close(),
      };
    },
  },
  {
    store: 'the API keys',
    file: 'keys.sqlite',
    readsPast: 'any lock',
    open: async (folder, lockWaitMs) => {
      const keys = await openSqliteApiKeys(join(folder, 'keys.sqlite'), lockWaitMs === undefined ? {} : { lockWaitMs });
      const rest = { secretHash: '', role: 'writer', createdAtMs: 0, expiresAtMs: null, revokedAtMs: null } as const;
      return {
        write: (name) => keys.add({ id: name, name, ...rest }),
        read: async () => {
          await keys.find('unknown');
          return (await keys.list()).map(({ name }) => name);
        },
        close: () => keys.close(),
      };
    },
  },
];

const HOLD = `
  import { DatabaseSync } from 'node:sqlite';
  const [path, begin] = process.argv.slice(1);
  const database = new DatabaseSync(path);
  database.exec(begin);
  process.stdout.write('locked');
  process.stdin.once('data', () => {
    database.exec('ROLLBACK');
    process.stdout.write('released');
    process.exit();
  });
`;

let folder: string;
let endHolder: (() => void) | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'locked-by-another-'));
});
afterEach(async () => {
  endHolder?.();
  endHolder = undefined;
  await rm(folder, { recursive: true, force: true });
});

const hold = async (path: string, begin: string): Promise<{ release(): Promise<void> }> => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', HOLD, path, begin], { stdio: ['pipe', 'pipe', 'inherit'] });
  endHolder = () => void child.kill();
  await once(child.stdout, 'data');
  return {
    async release() {
      const exit = once(child, 'exit');
      child.stdin.write('release');
      await exit;
    },
  };
};

/** Lets the event loop turn, and says whether `pending` was still waiting after that. */
const isWaitingAfter = async (turns: number, pending: Promise<unknown>): Promise<boolean> => {
  let isOver = false;
  pending.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (let turn = 0; turn < turns; turn++) await setImmediate();
  return !isOver;
};

describe.each(CASES)('$store', ({ file, readsPast, open }) => {
  test('is opened and read while another process writes; a write waits in turns of the event loop, then succeeds', async () => {
    const opened = await open(folder);
    await opened.write('a');
    const holding = await hold(join(folder, file), 'BEGIN IMMEDIATE');
    const later = await open(folder);
    expect(await opened.read()).toEqual(['a']);
    const writing = opened.write('b');
    expect(await isWaitingAfter(200, writing)).toBe(true);
    expect(await opened.read()).toEqual(['a']);
    await holding.release();
    await writing;
    expect(await opened.read()).toEqual(['a', 'b']);
    await later.close();
    await opened.close();
  });

  test('refuses a write that waited as long as it may, and has nothing of it', async () => {
    const opened = await open(folder, 40);
    await opened.write('a');
    const holding = await hold(join(folder, file), 'BEGIN IMMEDIATE');
    const refused = await opened.write('b').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreBusyError);
    expect(refused).toMatchObject({ location: join(folder, file), message: expect.stringContaining('another process') });
    await holding.release();
    expect(await opened.read()).toEqual(['a']);
    await opened.write('c');
    expect(await opened.read()).toEqual(['a', 'c']);
    await opened.close();
  });

  test(`is read past ${readsPast}`, async () => {
    const opened = await open(folder);
    await opened.write('a');
    const holding = await hold(join(folder, file), 'BEGIN EXCLUSIVE');
    const reading = opened.read();
    if (readsPast === 'any lock') expect(await reading).toEqual(['a']);
    else expect(await isWaitingAfter(200, reading)).toBe(true);
    await holding.release();
    expect(await reading).toEqual(['a']);
    await opened.close();
  });
});
