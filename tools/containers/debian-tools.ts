/** Programs of Debian's packages, unpacked into a folder of this tool: nothing is installed on the machine. */
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Installable, ServiceError } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

/** The packages, with what of their dependencies the machine does not have. Their signatures are apt's to check. */
const fetchPackages = async (names: readonly string[], folder: string): Promise<void> => {
  const lists = join(folder, 'lists');
  const archives = join(folder, 'archives');
  for (const path of [lists, archives]) await mkdir(join(path, 'partial'), { recursive: true });
  const options = [
    ...['Debug::NoLocking=1', 'APT::Sandbox::User=root', 'APT::Install-Recommends=0'],
    ...[`Dir::State::lists=${lists}`, `Dir::Cache::archives=${archives}`, 'Dir::Cache::pkgcache=', 'Dir::Cache::srcpkgcache='],
  ].flatMap((option) => ['-o', option]);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runTool('apt-get', [...options, '-qq', 'update'], env);
  await runTool('apt-get', [...options, '-qq', '-y', '--download-only', 'install', ...names], env);
  for (const name of await readdir(archives))
    if (name.endsWith('.deb')) await runTool('dpkg-deb', ['-x', join(archives, name), folder]);
  for (const path of [lists, archives]) await rm(path, { recursive: true });
};

/** buildah builds images without a daemon, debootstrap makes the root of a Debian. */
export const debianTools: Installable = {
  name: 'debian-tools',
  version: '1',
  missing() {
    if (process.getuid?.() !== 0) return 'images are built and started as root, which this process is not';
    if (!isInstalled('apt-get') || !isInstalled('dpkg-deb')) return 'buildah and debootstrap are fetched with apt-get, which is not there';
    return ['unshare', 'setpriv'].find((program) => !isInstalled(program));
  },
  async install(folder) {
    await fetchPackages(['buildah', 'debootstrap'], folder);
    for (const program of ['usr/bin/buildah', 'usr/sbin/debootstrap'])
      if (!existsSync(join(folder, program))) throw new ServiceError(`apt-get has fetched no ${program}: is it installed already?`);
  },
};

/** The variables with which programs of the folder find each other and their libraries. */
export const debianEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  PATH: [...['usr/bin', 'usr/sbin'].map((path) => join(folder, path)), process.env['PATH'] ?? ''].join(':'),
  LD_LIBRARY_PATH: globSync(join(folder, 'usr/lib/*-linux-gnu')).join(':'),
  DEBOOTSTRAP_DIR: join(folder, 'usr/share/debootstrap'),
});
