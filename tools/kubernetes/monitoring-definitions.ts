/** The definitions of resources of the Prometheus Operator, from its Go module: what an API server has to know before it takes a ServiceMonitor. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import type { Installable } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

const VERSION = '0.85.0';
const NAMES = ['servicemonitors', 'prometheusrules'];

const definitions: Installable = {
  name: 'prometheus-operator',
  version: VERSION,
  missing: () =>
    isInstalled('go', 'version')
      ? undefined
      : 'its definitions come from its Go module, and there is no `go` on the path (Debian: apt-get install golang)',
  async install(folder) {
    const told = await runTool(
      'go',
      ['-C', folder, 'mod', 'download', '-json', `github.com/prometheus-operator/prometheus-operator@v${VERSION}`],
      {
        GOFLAGS: '-mod=mod',
      },
    );
    const { Dir: module } = JSON.parse(told) as { readonly Dir: string }; // as: Go's own format
    for (const name of NAMES)
      await copyFile(join(module, 'example/prometheus-operator-crd', `monitoring.coreos.com_${name}.yaml`), join(folder, `${name}.yaml`));
  },
};

/** Files with the definitions. @throws ServiceError if they cannot be had here. */
export const monitoringDefinitions = async (say: (text: string) => void): Promise<readonly string[]> => {
  const folder = await installed(definitions, say);
  return NAMES.map((name) => join(folder, `${name}.yaml`));
};
