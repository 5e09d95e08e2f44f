/** Who may do what at a control plane: tokens that are made with it and go with it. Its certificate the API server signs by itself. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';

const ANSWER_MS = 2_000;
const TOKEN_BYTES = 24;
const KEY_BITS = 2_048;

export const TOKENS = 'tokens.csv';
export const SERVICE_ACCOUNT_KEY = 'accounts.key';
export const SERVICE_ACCOUNT_PUBLIC_KEY = 'accounts.pub';

/** The one node that may join, with the rights of a kubelet. */
export const NODE_NAME = 'local';

/** User and groups of each. */
const USERS = {
  admin: ['admin', 'system:masters'],
  'controller-manager': ['system:kube-controller-manager', ''],
  scheduler: ['system:kube-scheduler', ''],
  node: [`system:node:${NODE_NAME}`, 'system:nodes'],
} as const;

type UserName = keyof typeof USERS;

/** Certificates and keys that the parts make for themselves. */
export const certificateFolder = (folder: string): string => join(folder, 'certificates');

/** The API server's; it holds the authority that signed it too. */
const authorityFile = (folder: string): string => join(certificateFolder(folder), 'apiserver.crt');

export const kubeconfigOf = (folder: string, user: UserName): string => join(folder, `${user}.kubeconfig`);

/** What a user of the control plane is let in with: it may do everything. */
export const adminKubeconfig = (folder: string): string => kubeconfigOf(folder, 'admin');

const adminToken = (folder: string): string => join(folder, 'admin.token');

/** JSON is YAML. */
const kubeconfig = (folder: string, server: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'rushes-test', cluster: { server, 'certificate-authority': authorityFile(folder) } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'rushes-test', context: { cluster: 'rushes-test', user: 'user', namespace: 'default' } }],
    'current-context': 'rushes-test',
  });

/** Writes them unless they are there: a control plane that is started again on its data keeps them. */
export const writeCredentials = async (folder: string, server: string): Promise<void> => {
  if (existsSync(join(folder, TOKENS))) return;
  await mkdir(certificateFolder(folder), { recursive: true, mode: 0o700 });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: KEY_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(folder, SERVICE_ACCOUNT_KEY), privateKey, { mode: 0o600 });
  await writeFile(join(folder, SERVICE_ACCOUNT_PUBLIC_KEY), publicKey);
  const lines: string[] = [];
  for (const [name, [user, groups]] of Object.entries(USERS) as [UserName, readonly [string, string]][]) {
    // as: the keys of USERS
    const token = randomBytes(TOKEN_BYTES).toString('hex');
    lines.push([token, user, user, ...(groups === '' ? [] : [groups])].join(','));
    await writeFile(kubeconfigOf(folder, name), kubeconfig(folder, server, token), { mode: 0o600 });
    if (name === 'admin') await writeFile(adminToken(folder), token, { mode: 0o600 });
  }
  await writeFile(join(folder, TOKENS), `${lines.join('\n')}\n`, { mode: 0o600 });
};

/** Whether the API server knows the account that pods of the namespace `default` run as. Never throws. */
export const hasDefaultAccount = async (folder: string, server: string): Promise<boolean> => {
  try {
    const [ca, token] = await Promise.all([readFile(authorityFile(folder)), readFile(adminToken(folder), 'utf8')]);
    const headers = { authorization: `Bearer ${token}` };
    return await new Promise((resolve) => {
      const options = { ca, headers, agent: false, timeout: ANSWER_MS } as const;
      const request = get(`${server}/api/v1/namespaces/default/serviceaccounts/default`, options, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.once('timeout', () => request.destroy());
      request.once('error', () => resolve(false));
    });
  } catch {
    return false; // not written yet
  }
};
