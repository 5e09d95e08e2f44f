/** kube-score: what people advise for objects of Kubernetes beyond what an API server demands. */
import { join } from 'node:path';

import { installed } from '../services/installed.ts';
import type { Installable } from '../services/service.ts';
import { isInstalled, runTool } from '../services/tools.ts';

const VERSION = '1.20.0';

const kubeScore: Installable = {
  name: 'kube-score',
  version: VERSION,
  missing: () =>
    isInstalled('go', 'version')
      ? undefined
      : 'it is built from its Go module, and there is no `go` on the path (Debian: apt-get install golang)',
  install: (folder) =>
    runTool('go', ['install', '-trimpath', '-ldflags=-s -w', `github.com/zegl/kube-score/cmd/kube-score@v${VERSION}`], { GOBIN: folder }),
};

/** Its program. @throws ServiceError if it cannot be had here. */
export const kubeScoreProgram = async (say: (text: string) => void): Promise<string> => join(await installed(kubeScore, say), 'kube-score');
