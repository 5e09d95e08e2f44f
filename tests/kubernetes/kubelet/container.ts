/**
 * A container as a process of this machine: process 1 of its own, on the files of its image, with its pod's name and network, its user, no capability and no way to gain
 * one. What it changes outside its volumes is in memory and goes with it. Limits of memory and processors are not kept.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';

import type { V1Container, V1VolumeMount } from '@kubernetes/client-node';

import { environmentOf, expand } from './environment.ts';
import type { HeldPod } from './held-pod.ts';
import { CannotStart, type LocalImages } from './image.ts';

/**
 * Arguments: a folder to work in, the image's root, the host's name, whether the root is read-only, working folder, user, group, further groups, the number of mounts, and for
 * each its source, its place, and whether it is read-only; then the command.
 */
const SCRIPT = `set -e
work=$1 image=$2 host=$3 readonly=$4 cwd=$5 user=$6 group=$7 groups=$8 count=$9; shift 9
echo "$host" > /proc/sys/kernel/hostname
mount -t tmpfs tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay -o "lowerdir=$image,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
cd "$work/root"
mkdir -p dev proc
mount --rbind /dev dev
mount -t proc proc proc
while [ "$count" -gt 0 ]; do
  # A link in the image must not lead out of it.
  place=.$(chroot . realpath --canonicalize-missing "$2")
  if [ -d "$1" ]; then mkdir -p "$place"; else mkdir -p "\${place%/*}"; touch "$place"; fi
  mount --bind "$1" "$place"
  [ "$3" = no ] || mount -o remount,bind,ro "$place"
  shift 3; count=$((count - 1))
done
[ "$readonly" = no ] || mount -o remount,bind,ro .
# Who gets another user has to be told again that it ends with its parent.
exec chroot . setpriv --pdeathsig KILL --reuid="$user" --regid="$group" --groups="$groups" --inh-caps=-all --bounding-set=-all --no-new-privs env -C "$cwd" "$@"`;

export interface StartedContainer {
  readonly startedAt: Date;
  /** The exit code; of one that a signal ended, 128 and the signal's number. */
  readonly ended: Promise<number>;
  /** Sends a signal to process 1 inside, if it runs. */
  readonly send: (signal: NodeJS.Signals) => void;
}

/** Of the first of them that says it, a setting of who runs a container. */
const runAs = ({ pod }: HeldPod, { securityContext: own }: V1Container) => {
  const shared = pod.spec?.securityContext;
  return {
    user: own?.runAsUser ?? shared?.runAsUser,
    group: own?.runAsGroup ?? shared?.runAsGroup,
    nonRoot: own?.runAsNonRoot ?? shared?.runAsNonRoot ?? false,
    groups: [...(shared?.supplementalGroups ?? []), ...(shared?.fsGroup === undefined ? [] : [shared.fsGroup])],
  };
};

/** `unshare` passes no signal on: the process is its only child. */
const processInside = (pid: number): number | undefined => {
  try {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
    return child === undefined || child === '' ? undefined : Number(child);
  } catch {
    return undefined; // has ended
  }
};

const sourceOf = (volumes: ReadonlyMap<string, string>, { name, subPath }: V1VolumeMount): string => {
  const folder = volumes.get(name);
  if (folder === undefined) throw new CannotStart('CreateContainerConfigError', `there is no volume ${name}`);
  return subPath === undefined ? folder : join(folder, subPath);
};

/**
 * Starts one. `log`: the file that takes what it says.
 * @throws CannotStart if it cannot be, with the reason that a node reports.
 */
export const startContainer = async (
  held: HeldPod,
  container: V1Container,
  { images, network, volumes, log }: { images: LocalImages; network: string; volumes: ReadonlyMap<string, string>; log: string },
): Promise<StartedContainer> => {
  const name = container.image ?? '';
  const image = Object.hasOwn(images, name) ? images[name] : undefined;
  if (image === undefined) throw new CannotStart('ErrImageNeverPull', `image ${name} is not on this node, which pulls none`);
  const { user = image.user, group = user, nonRoot, groups } = runAs(held, container);
  if (nonRoot && user === 0) throw new CannotStart('CreateContainerConfigError', `${container.name} must not run as root, and would`);
  const env = await environmentOf(held, container, image);
  const given = container.command ?? image.entrypoint;
  const args = container.args ?? (container.command === undefined ? image.command : []);
  const command = [...given, ...args].map((word) => expand(word, env));
  const mounts = (container.volumeMounts ?? []).flatMap((mount) => [
    sourceOf(volumes, mount),
    mount.mountPath,
    mount.readOnly === true ? 'yes' : 'no',
  ]);
  const work = join(held.folder, 'roots', container.name);
  await mkdir(work, { recursive: true });
  await mkdir(dirname(log), { recursive: true });
  const isolated = [
    '--pdeathsig',
    'KILL',
    'nsenter',
    `--net=${network}`,
    'unshare',
    '--mount',
    '--uts',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
  ];
  const how = [
    work,
    image.root,
    held.pod.metadata?.name ?? '',
    container.securityContext?.readOnlyRootFilesystem === true ? 'yes' : 'no',
    container.workingDir ?? image.workingDir,
  ];
  const who = [String(user), String(group), groups.length === 0 ? String(group) : groups.join(','), String(mounts.length / 3)];
  const output = openSync(log, 'a');
  const child = spawn('setpriv', [...isolated, 'sh', '-c', SCRIPT, 'sh', ...how, ...who, ...mounts, ...command], {
    env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const ended = once(child, 'exit').then(
    () => child.exitCode ?? 128 + (child.signalCode === null ? 0 : constants.signals[child.signalCode]),
  );
  await once(child, 'spawn');
  return {
    startedAt: new Date(),
    ended,
    send(signal) {
      const pid = child.pid === undefined ? undefined : processInside(child.pid);
      // First, since some releases of `unshare` do not say that what they started was killed.
      if (signal === 'SIGKILL') child.kill(signal);
      if (pid !== undefined) process.kill(pid, signal);
    },
  };
};
