/**
 * A process in the root of an image, as a container engine starts one: process 1 of its own, the root read-only, /tmp in memory, the image's user, no capability,
 * no way to gain one. Not its own: the network, and limits of memory and processors.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import type { MountedImage } from './image.ts';

/** Arguments: root, user, group, working folder, number of folders, and for each of these its place here and there; then the command. */
const SCRIPT = `set -e
root=$1 user=$2 group=$3 cwd=$4 count=$5; shift 5
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
while [ "$count" -gt 0 ]; do
  [ -e "$root$2" ] || if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$(dirname "$root$2")"; touch "$root$2"; fi
  mount --bind "$1" "$root$2"; shift 2; count=$((count - 1))
done
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --pdeathsig KILL --reuid="$user" --regid="$group" --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs env -C "$cwd" "$@"`;

export interface ImageProcess {
  readonly output: () => string;
  /** Memory of process 1 inside that is resident, in bytes; 0 if it does not run. */
  readonly residentBytes: () => number;
  /** Sends a signal to process 1 inside, if it runs. */
  readonly send: (signal: NodeJS.Signals) => void;
  /** The exit code; `null` if a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface ProcessOptions {
  /** In place of the image's. */
  readonly command?: readonly string[];
  /** In place of the image's entry point. */
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders and files of this machine by their place in the container. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** The process that `unshare` has started: it passes no signal on. */
const childOf = (pid: number): number | undefined => {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
  return text === undefined || text === '' ? undefined : Number(text);
};

const residentBytesOf = (pid: number | undefined): number => {
  if (pid === undefined) return 0;
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
};

export const startInImage = (
  { root, config }: MountedImage,
  { command = config.Cmd, entrypoint = config.Entrypoint, env = {}, mounts = {} }: ProcessOptions,
): ImageProcess => {
  const [user = '', group = ''] = config.User.split(':');
  const folders = Object.entries(mounts).flatMap(([inside, outside]) => [outside, inside]);
  const variables = Object.fromEntries(config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const flags = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const args = [root, user, group, config.WorkingDir, String(folders.length / 2), ...folders, ...entrypoint, ...command];
  const child = spawn('unshare', [...flags, 'sh', '-c', SCRIPT, 'sh', ...args], {
    env: { ...variables, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const inner = (): number | undefined =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null ? undefined : childOf(child.pid);
  return {
    output: () => output,
    residentBytes: () => residentBytesOf(inner()),
    send(signal) {
      const pid = inner();
      if (pid !== undefined) process.kill(pid, signal);
    },
    ended: once(child, 'close').then((): number | null => child.exitCode),
  };
};

/** Runs a command in the image to its end. @throws Error with what it said if it fails. */
export const runInImage = async (image: MountedImage, options: ProcessOptions): Promise<string> => {
  const started = startInImage(image, options);
  const code = await started.ended;
  if (code !== 0) throw new Error(`ended with ${code}: ${options.command?.join(' ')}\n${started.output()}`);
  return started.output();
};

/** Whether the image's own health check is content, as soon as it is. @throws Error if the process ends before. */
export const becomesHealthy = async (image: MountedImage, watched: ImageProcess, options: ProcessOptions): Promise<void> => {
  const [kind, ...test] = image.config.Healthcheck?.Test ?? [];
  if (kind !== 'CMD') throw new Error('the image has no health check in exec form');
  let ended = false;
  void watched.ended.then(() => (ended = true));
  for (;;) {
    if (ended) throw new Error(`it ended:\n${watched.output()}`);
    const check = startInImage(image, { ...options, entrypoint: [], command: test });
    if ((await check.ended) === 0) return;
    await sleep(500);
  }
};
