/** Programs of Debian's packages, unpacked into a folder of this tool: nothing is installed on the machine. */
import { existsSync, globSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { placeOf } from '../services/installed.ts';
import { type Installable, ServiceError } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

/** The packages, with what of their dependencies the machine does not have. Their signatures are apt's to check. */
const fetchPackages = async (names: readonly string[], folder: string): Promise<void> => {
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
  await runTool('apt-get', [...options, '-qq', '-y', '--download-only', 'install', ...names], env);
  for (const name of await readdir(archives)) if (name.endsWith('.deb')) await runTool('dpkg-deb', ['-x', join(archives, name), folder]);
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
    await fetchPackages(['buildah', 'debootstrap', 'patchelf'], folder);
    for (const program of ['usr/bin/buildah', 'usr/sbin/debootstrap'])
      if (!existsSync(join(folder, program))) throw new ServiceError(`apt-get has fetched no ${program}: is it installed already?`);
    // buildah starts a copy of itself that has neither variables nor a folder, and still has to find its libraries: in the folder that this one becomes.
    const libraries = globSync('usr/lib/*-linux-gnu', { cwd: folder }).map((path) => join(placeOf(debianTools), path));
    const program = join(folder, 'usr/bin/buildah');
    await runTool(join(folder, 'usr/bin/patchelf'), ['--force-rpath', '--set-rpath', libraries.join(':'), program]);
  },
};

/** The variables with which programs of the folder find each other. */
export const debianEnvironment = (folder: string): Readonly<Record<string, string>> => ({
  PATH: [...['usr/bin', 'usr/sbin'].map((path) => join(folder, path)), process.env['PATH'] ?? ''].join(':'),
  DEBOOTSTRAP_DIR: join(folder, 'usr/share/debootstrap'),
});
