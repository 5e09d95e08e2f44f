/**
 * A control plane of Kubernetes: etcd, API server, controller manager, scheduler, without a node. It is what answers `kubectl`, admits, validates and decides;
 * pods run where somebody brings a node (tests/kubernetes/kubelet). All of it is built from Go modules into one program.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { placeOf } from './installed.ts';
import { apiServerPort, KUBERNETES_PORTS } from './kubernetes/parts.ts';
import { adminKubeconfig, hasDefaultAccount, writeCredentials } from './kubernetes/credentials.ts';
import type { Service } from './service.ts';
import { isInstalled, runTool } from './tools.ts';

/** As in kubernetes/go.mod. */
const VERSION = '1.37.2';
const SOURCES = join(import.meta.dirname, 'kubernetes');

/** Which features are on depends on the version that the program says it has. */
const stamped = (): string => {
  const [major, minor] = VERSION.split('.');
  const values = {
    gitVersion: `v${VERSION}`,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '0'.repeat(40),
    buildDate: '1970-01-01T00:00:00Z',
  };
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
};

export const kubernetes: Service = {
  name: 'kubernetes',
  version: VERSION,
  slow: 'which compiles 2,700 packages: some minutes, on a busy machine half an hour',
  port: 28_443,
  ports: KUBERNETES_PORTS,
  variable: 'TEST_KUBERNETES',
  address: (port) => `https://127.0.0.1:${apiServerPort(port)}`,
  settings: (_, folder) => ({ KUBECONFIG: adminKubeconfig(folder), PATH: `${placeOf(kubernetes)}:$PATH` }),
  missing() {
    if (!isInstalled('go', 'version'))
      return 'it is built from its Go modules, and there is no `go` on the path (1.26 or newer; Debian: apt-get install golang)';
    return isInstalled('setpriv')
      ? undefined
      : 'it is started with `setpriv`, which is not on the path (Debian: apt-get install util-linux)';
  },
  async install(folder) {
    // Compiled packages take gigabytes and serve nothing else. A cache that somebody names is theirs.
    const cache = join(folder, 'compiled');
    try {
      const build = ['build', '-C', SOURCES, '-mod=readonly', '-trimpath', '-buildvcs=false', `-ldflags=-s -w ${stamped()}`];
      await runTool('go', [...build, '-o', join(folder, 'kube'), '.'], {
        GOCACHE: process.env['GOCACHE'] ?? cache,
        CGO_ENABLED: '0',
        GOWORK: 'off',
      });
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
    await writeFile(join(folder, 'kubectl'), '#!/bin/sh\nexec "${0%/*}/kube" kubectl "$@"\n', { mode: 0o755 });
  },
  prepare: (instance) => writeCredentials(instance.folder, kubernetes.address(instance.port)),
  launch: ({ folder, port }, installed) => ({
    command: process.execPath,
    args: [join(SOURCES, 'control-plane.ts'), join(installed, 'kube'), folder, String(port)],
  }),
  // Without this account no pod may be made; the controller manager makes it.
  isReady: ({ folder, port }) => hasDefaultAccount(folder, kubernetes.address(port)),
};
