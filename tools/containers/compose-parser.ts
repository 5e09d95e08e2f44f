/** Docker Compose's own parser, from its Go module: whether it takes a file, and what it understands. No engine is asked. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import type { Installable } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

const VERSION = '2.16.2';

const parser: Installable = {
  name: 'compose-go',
  version: VERSION,
  missing: () =>
    isInstalled('go', 'version')
      ? undefined
      : 'its parser is built from its Go module, and there is no `go` on the path (Debian: apt-get install golang)',
  async install(folder) {
    await writeFile(
      join(folder, 'go.mod'),
      `module compose-check\n\ngo 1.24\n\nrequire github.com/compose-spec/compose-go/v2 v${VERSION}\n`,
    );
    await copyFile(join(import.meta.dirname, 'compose-check.go'), join(folder, 'main.go'));
    await runTool('go', ['build', '-C', folder, '-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', 'compose-check', '.']);
  },
};

/** A file as Compose understands it: in part. */
export interface UnderstoodFile {
  readonly services: Readonly<Record<string, { readonly ports?: readonly { readonly host_ip?: string }[] }>>;
}

/** Reads docker-compose.yml and .env of a folder. @throws ServiceError with what Compose says if it refuses them. */
export type ComposeParser = (folder: string, profiles?: readonly string[]) => Promise<UnderstoodFile>;

/** @throws ServiceError if it cannot be had here. */
export const openComposeParser = async (say: (text: string) => void): Promise<ComposeParser> => {
  const program = join(await installed(parser, say), 'compose-check');
  return async (folder, profiles = []) => {
    const text = await runTool('sh', ['-c', 'cd "$1"; shift; exec "$@"', 'sh', folder, program, ...profiles]);
    return JSON.parse(text) as UnderstoodFile; // as: Compose's own format
  };
};
