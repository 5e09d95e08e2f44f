/**
 * Clients that take every file the process may open, in a child process with few of them. Invariant: it goes on, and answers once they let go of some;
 * also where it cannot even accept a connection.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PROGRAM = fileURLToPath(new URL('starved-service.ts', import.meta.url));
const OPEN_FILES = 120;
const MANY = 200;

const start = async (args: readonly string[]): Promise<{ readonly child: ChildProcess; readonly urls: readonly string[] }> => {
  const limited = `ulimit -n ${OPEN_FILES} && exec tools/bin/node ${[PROGRAM, ...args].map((arg) => `'${arg}'`).join(' ')}`;
  const child = spawn('sh', ['-c', limited], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown]; // as: an event has values
  if (!(line instanceof Buffer)) throw new Error(`the service ended with ${String(line)}`);
  return { child, urls: line.toString().trim().split(' ') };
};

/** A connection that sends nothing, and whether it is still there after a moment. */
const takeConnection = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
};

const isAnswered = async (url: string): Promise<boolean> => {
  const response = await fetch(`${url}/health/live`, { headers: { connection: 'close' } }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status === 200;
};

/** While every connection is taken, the service opens files of its own as well: it looks for a publication every 10 ms. */
const WHILE_TAKEN_MS = 300;

test.each([
  ['bounds its connections', []],
  ['cannot accept one', ['0']],
  ['can accept a few', ['3']],
])('a service that %s goes on', async (name, left) => {
  const folder = await mkdtemp(join(tmpdir(), 'open-files-'));
  const { child, urls } = await start([folder, ...left]);
  try {
    for (const url of urls) {
      const sockets = await Promise.all(Array.from({ length: MANY }, () => takeConnection(url)));
      await sleep(WHILE_TAKEN_MS);
      const open = sockets.filter(({ closed }) => !closed).length;
      // A quarter of the files is for connections, where there are few; the others were refused at once.
      if (name === 'bounds its connections') expect(open).toBe(OPEN_FILES / 4);
      for (const socket of sockets) socket.destroy();
      expect(child.exitCode).toBe(null);
      let answered = name === 'cannot accept one';
      for (let tries = 0; !answered && child.exitCode === null && tries < 100; tries += 1) {
        answered = await isAnswered(url);
        if (!answered) await sleep(50);
      }
      expect([url, child.exitCode, answered]).toEqual([url, null, true]);
    }
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
