/** The processes of a control plane on one machine, and what each is told. */
import { join } from 'node:path';

import { certificateFolder, kubeconfigOf, SERVICE_ACCOUNT_KEY, SERVICE_ACCOUNT_PUBLIC_KEY, TOKENS } from './credentials.ts';

export type PartName = 'etcd' | 'apiserver' | 'controller-manager' | 'scheduler';

export interface Part {
  readonly name: PartName;
  readonly args: readonly string[];
  /** Where it says that it is well. Certificates of parts are signed by themselves. */
  readonly healthUrl: string;
}

/** The API server's is the first. */
export const KUBERNETES_PORTS = 5;

/** Of services; nothing listens there, since nothing here routes to services. */
const SERVICE_ADDRESSES = '10.96.0.0/16';

export const apiServerPort = (port: number): number => port;

/** In the order in which they need each other. */
export const partsOf = (folder: string, port: number): readonly Part[] => {
  const [etcd, peers, controllers, scheduler] = [port + 1, port + 2, port + 3, port + 4];
  const etcdUrl = `http://127.0.0.1:${etcd}`;
  const peersUrl = `http://127.0.0.1:${peers}`;
  const here = ['--bind-address=127.0.0.1', `--cert-dir=${certificateFolder(folder)}`];
  return [
    {
      name: 'etcd',
      args: [
        `--data-dir=${join(folder, 'etcd')}`,
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        `--listen-peer-urls=${peersUrl}`,
        `--initial-advertise-peer-urls=${peersUrl}`,
        `--initial-cluster=default=${peersUrl}`,
        '--log-level=warn',
        // What a machine that loses power would lose, nobody needs.
        '--unsafe-no-fsync',
      ],
      healthUrl: `${etcdUrl}/health`,
    },
    {
      name: 'apiserver',
      args: [
        ...here,
        `--secure-port=${apiServerPort(port)}`,
        '--advertise-address=127.0.0.1',
        // A loopback address is not allowed in the list of API servers.
        '--endpoint-reconciler-type=none',
        `--etcd-servers=${etcdUrl}`,
        `--token-auth-file=${join(folder, TOKENS)}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${join(folder, SERVICE_ACCOUNT_PUBLIC_KEY)}`,
        `--service-account-signing-key-file=${join(folder, SERVICE_ACCOUNT_KEY)}`,
        `--service-cluster-ip-range=${SERVICE_ADDRESSES}`,
      ],
      healthUrl: `https://127.0.0.1:${apiServerPort(port)}/readyz`,
    },
    {
      name: 'controller-manager',
      args: [
        ...here,
        `--secure-port=${controllers}`,
        `--kubeconfig=${kubeconfigOf(folder, 'controller-manager')}`,
        '--leader-elect=false',
        '--use-service-account-credentials',
        `--service-account-private-key-file=${join(folder, SERVICE_ACCOUNT_KEY)}`,
        `--root-ca-file=${join(certificateFolder(folder), 'apiserver.crt')}`,
      ],
      healthUrl: `https://127.0.0.1:${controllers}/healthz`,
    },
    {
      name: 'scheduler',
      args: [...here, `--secure-port=${scheduler}`, `--kubeconfig=${kubeconfigOf(folder, 'scheduler')}`, '--leader-elect=false'],
      healthUrl: `https://127.0.0.1:${scheduler}/healthz`,
    },
  ];
};
