/** Debian's packages, unpacked into a folder: nothing is installed on the machine, and no root is needed. Their signatures are apt's to check. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isInstalled, runTool } from './tools.ts';

/** What of this machine it needs; `undefined`: all is there. */
export const missingForDebianPackages = (): string | undefined =>
  ['apt-get', 'dpkg-deb'].every((program) => isInstalled(program))
    ? undefined
    : 'it is unpacked from Debian’s packages, and there is no `apt-get` on the path';

/**
 * Fetches packages (`name` or `name=version`), with lists of packages of its own, and unpacks them.
 * @param withDependencies also what of their dependencies the machine does not have.
 * @throws ServiceError if one cannot be had.
 */
export const unpackPackages = async (names: readonly string[], folder: string, withDependencies: boolean): Promise<void> => {
  const lists = join(folder, 'lists');
  const archives = join(folder, 'archives');
  for (const path of [lists, archives]) await mkdir(join(path, 'partial'), { recursive: true });
  const options = [
    'Debug::NoLocking=1',
    'APT::Sandbox::User=root',
    'APT::Install-Recommends=0',
    `Dir::State::lists=${lists}`,
    `Dir::Cache::archives=${archives}`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
  ].flatMap((option) => ['-o', option]);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runTool('apt-get', [...options, '-qq', 'update'], env);
  if (withDependencies) await runTool('apt-get', [...options, '-qq', '-y', '--download-only', 'install', ...names], env);
  else await runTool('sh', ['-c', 'cd "$0" && exec apt-get "$@"', archives, ...options, '-qq', 'download', ...names], env);
  for (const name of await readdir(archives)) if (name.endsWith('.deb')) await runTool('dpkg-deb', ['-x', join(archives, name), folder]);
  for (const path of [lists, archives]) await rm(path, { recursive: true });
};
