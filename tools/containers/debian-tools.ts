/** Programs of Debian's packages, unpacked into a folder of this tool: nothing is installed on the machine. */
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

import { unpackPackages } from '../services/debian-packages.ts';
import { placeOf } from '../services/installed.ts';
import { type Installable, ServiceError } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

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
    await unpackPackages(['buildah', 'debootstrap', 'patchelf'], folder, true);
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
