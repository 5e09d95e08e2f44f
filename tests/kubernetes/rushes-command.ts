/** The command line as somebody with a token runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../planted-copy.ts';
import type { Cluster } from './cluster.ts';

export interface StartedCommand {
  /** What it has said so far, on both streams. */
  readonly said: () => string;
  readonly interrupt: () => void;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** Writes a kubeconfig into a new folder in `folder`. Without a token it is the administrator's. */
export const kubeconfigFor = async ({ config }: Cluster, folder: string, token?: string): Promise<string> => {
  const content = JSON.parse(config.exportConfig()) as {
    readonly users: readonly { user: object }[];
    readonly contexts: readonly { readonly context: { namespace?: string } }[];
  }; // as: a kubeconfig's form
  // The commands' own default.
  for (const { context } of content.contexts) delete context.namespace;
  if (token !== undefined) for (const user of content.users) user.user = { token };
  const file = join(await mkdtemp(join(folder, 'kubeconfig-')), 'config');
  await writeFile(file, JSON.stringify(content), { mode: 0o600 });
  return file;
};

export const startCommand = (kubeconfig: string, ...args: readonly string[]): StartedCommand => {
  const child = spawn(process.execPath, [join(ROOT, 'apps/rushes/src/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: join(kubeconfig, '..'), KUBECONFIG: kubeconfig },
    cwd: join(kubeconfig, '..'),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    said: () => stdout + stderr,
    interrupt: () => void child.kill('SIGINT'),
    ended: once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr })),
  };
};
