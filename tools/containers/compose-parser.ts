/** Docker Compose itself, built from its Go module: whether it takes a file is what it says, without an engine. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import type { Installable } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

const VERSION = '2.40.3';

const compose: Installable = {
  name: 'compose',
  version: VERSION,
  missing: () =>
    isInstalled('go', 'version')
      ? undefined
      : 'it is built from its Go module, and there is no `go` on the path (Debian: apt-get install golang)',
  async install(folder) {
    // A module of its own: what the module excludes of its dependencies `go install` does not take.
    await writeFile(join(folder, 'go.mod'), `module compose\n\ngo 1.24\n\nrequire github.com/docker/compose/v2 v${VERSION}\n`);
    const flags = `-s -w -X github.com/docker/compose/v2/internal.Version=v${VERSION}`;
    const build = ['build', '-C', folder, '-mod=mod', '-trimpath', `-ldflags=${flags}`, '-o', 'docker-compose'];
    await runTool('go', [...build, 'github.com/docker/compose/v2/cmd']);
  },
};

export interface Compose {
  /** `docker compose …` in a folder. Returns its standard output. @throws ServiceError with what it said if it refuses. */
  readonly run: (folder: string, ...args: readonly string[]) => Promise<string>;
}

/** @throws ServiceError if it cannot be had here. */
export const openCompose = async (say: (text: string) => void): Promise<Compose> => {
  const program = join(await installed(compose, say), 'docker-compose');
  return { run: (folder, ...args) => runTool(program, ['--project-directory', folder, ...args], { DOCKER_CONFIG: folder }) };
};
