/** A Cassandra node of a test's own, to be killed: on another port, below a folder of its own, ended by its process id. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../../../..');
/** Starts and stops a node; not part of this repository. */
const SCRIPT = process.env['TEST_CASSANDRA_SCRIPT'] ?? resolve(ROOT, '../shared/services/cassandra.sh');
/** Where the script has installed Cassandra. */
const INSTALLED = join(process.env['RUSHES_SERVICES_DIR'] ?? join(homedir(), '.cache/rushes-services'), 'cassandra');
const VERSION = '5.0.9';
const PORT = 19_352;

/** Why no node can be started here; `undefined`: one can. */
export const noNode = [SCRIPT, join(INSTALLED, VERSION, '.complete')]
  .filter((path) => !existsSync(path))
  .map((path) => `no Cassandra can be started here: ${path} is missing`)[0];

export interface TestNode {
  readonly contactPoint: string;
  readonly start: () => Promise<void>;
  /** As `kill -9` does. */
  readonly kill: () => Promise<void>;
  /** Stops it where it is, and lets it go on. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** Ends it, and removes its folder. */
  readonly end: () => Promise<void>;
}

/** Started, with commitlog_sync: batch. */
export const startNode = async (): Promise<TestNode> => {
  const folder = await mkdtemp(join(tmpdir(), 'rushes-cassandra-'));
  await mkdir(join(folder, 'cassandra'));
  await symlink(join(INSTALLED, VERSION), join(folder, 'cassandra', VERSION));
  const env = { ...process.env, RUSHES_SERVICES_DIR: folder, RUSHES_CASSANDRA_PORT: String(PORT), RUSHES_CASSANDRA_SYNC: 'batch' };
  const run = async (command: string): Promise<void> => void (await promisify(execFile)('bash', [SCRIPT, command], { env }));
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    const pid = Number(await readFile(join(folder, 'cassandra', `node-${PORT}`, 'cassandra.pid'), 'utf8'));
    process.kill(pid, name);
  };
  await run('start');
  return {
    contactPoint: `127.0.0.1:${PORT}`,
    start: () => run('start'),
    kill: () => run('kill'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async end() {
      await run('kill');
      await rm(folder, { recursive: true, force: true });
    },
  };
};
