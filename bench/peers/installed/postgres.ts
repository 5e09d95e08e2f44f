/** A PostgreSQL of our own: a cluster in a temporary folder, reached through a Unix socket there, gone when it is stopped. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { endWithUs, plainEnvironment } from '../../process/child.ts';
import { firstLine, PeerMissingError, runOrMissing } from './missing.ts';

const USER = 'bench';
/** Sensible for a machine with some gigabytes to spare; everything else as it comes. */
const SETTINGS = ['shared_buffers=1GB', 'effective_cache_size=4GB', 'random_page_cost=1.1', 'listen_addresses='];
const LONGEST_START_MS = 30_000;
const LOOK_MS = 100;

export interface StartedPostgres {
  readonly version: string;
  readonly pid: number;
  /** For libpq. */
  readonly connection: string;
  /** Runs a file of psql's commands in a folder. */
  runFile(file: string, folder: string): Promise<void>;
  stop(): Promise<void>;
}

/** Debian keeps the server's programs out of the path. */
const findPrograms = (): string => {
  const onPath = firstLine('pg_config', ['--bindir']);
  const found = [...(onPath === undefined ? [] : [onPath]), ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed()].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
  if (found === undefined) throw new PeerMissingError('PostgreSQL is not installed');
  return found;
};

/** PostgreSQL refuses to run as root, so there another user runs it. */
const otherUser = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [firstLine('id', ['-u', name]), firstLine('id', ['-g', name])];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new PeerMissingError('PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as');
};

/** @param folder one that the caller removes; where another user runs PostgreSQL, that user may pass through it. @throws PeerMissingError if there is no PostgreSQL, or it does not start. */
export const startPostgres = async (folder: string): Promise<StartedPostgres> => {
  const [programs, user, own] = [findPrograms(), otherUser(), join(folder, 'postgres')];
  const data = join(own, 'data');
  await mkdir(own, { mode: 0o700 });
  if (user) {
    await chmod(folder, 0o711);
    await chown(own, user.uid, user.gid);
  }
  const as = { cwd: own, ...user };
  await runOrMissing(
    'PostgreSQL cannot make a cluster',
    [join(programs, 'initdb'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '-D', data],
    as,
  );
  const child = spawn(join(programs, 'postgres'), ['-D', data, '-k', own, ...SETTINGS.flatMap((setting) => ['-c', setting])], {
    ...as,
    env: { ...plainEnvironment(), LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const [ended, letLive] = [once(child, 'exit'), endWithUs(child)];
  const stop = async (): Promise<void> => {
    child.kill('SIGINT'); // a fast shutdown
    if (child.exitCode === null) await ended;
    letLive();
  };
  const psql = [join(programs, 'psql'), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', own, '-U', USER, '-d', 'postgres'] as const;
  const startedAt = performance.now();
  while (firstLine(psql[0], [...psql.slice(1), '-c', 'SELECT 1']) === undefined) {
    if (child.exitCode !== null || performance.now() - startedAt > LONGEST_START_MS) {
      await stop();
      throw new PeerMissingError('PostgreSQL does not start');
    }
    await sleep(LOOK_MS);
  }
  if (child.pid === undefined) throw new Error('PostgreSQL has no process id');
  return {
    version: firstLine(join(programs, 'postgres'), ['--version'])?.replace(/^postgres \(PostgreSQL\) /, '') ?? 'unknown',
    pid: child.pid,
    connection: `host=${own} user=${USER} dbname=postgres`,
    runFile: (file, cwd) => runOrMissing('PostgreSQL cannot be filled', [...psql, '-f', file], { cwd }),
    stop,
  };
};
