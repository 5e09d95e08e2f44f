/** Whoever lacks one of the rights that a role has is told which one, and who has it. Registers tests, for a cluster without a node. */
import { randomUUID } from 'node:crypto';

import { KubeConfig, RbacAuthorizationV1Api, type V1PolicyRule } from '@kubernetes/client-node';
import { beforeAll, describe, expect, test } from 'vitest';

import { type Cluster as Way, clusterOf } from '../../libs/adapters/src/kubernetes/cluster.ts';
import {
  followJob,
  kubernetesLease,
  kubernetesReports,
  readClusterStatus,
  startRun,
  suspendRuns,
} from '../../libs/adapters/src/kubernetes/index.ts';
import type { Cluster } from './cluster.ts';

const NAMESPACE = 'rushes';
const JOB = 'to-be-followed';

const start = (way: Way) => startRun(way, 'rushes-batch', { name: `run-${randomUUID().slice(0, 8)}` });
const follow = (way: Way) => followJob(way, JOB, { signal: AbortSignal.timeout(5_000) });
const status = (way: Way) => readClusterStatus(way, 'rushes-batch', 1, new Date());
const lease = (way: Way) => kubernetesLease(way, { name: 'rushes-batch', holder: randomUUID(), durationMs: 1_000 });
/** What is told of what cannot be told. */
const report = async (way: Way, what: 'notice' | 'event'): Promise<void> => {
  const told = Promise.withResolvers<never>();
  const reports = kubernetesReports(way, { job: JOB, onFault: told.reject });
  if (what === 'notice') reports.notice({ step: 'x' });
  else reports.event('normal', 'Reason', 'message');
  await Promise.race([told.promise, reports.close()]);
};

const CASES: readonly (readonly [role: string, verb: string, resource: string, said: string, work: (way: Way) => Promise<unknown>])[] = [
  ['rushes-operator', 'get', 'cronjobs', 'cronjobs rushes-batch', start],
  ['rushes-operator', 'create', 'jobs', 'jobs', start],
  ['rushes-operator', 'patch', 'cronjobs', 'cronjobs rushes-batch', (way) => suspendRuns(way, 'rushes-batch', false)],
  ['rushes-operator', 'get', 'jobs', `jobs ${JOB}`, follow],
  ['rushes-operator', 'list', 'jobs', 'jobs', follow],
  ['rushes-operator', 'watch', 'jobs', 'jobs', follow],
  ['rushes-operator', 'list', 'pods', 'pods', status],
  ['rushes-operator', 'watch', 'pods', 'pods', follow],
  ['rushes-batch', 'get', 'leases', 'leases rushes-batch', (way) => lease(way).take()],
  ['rushes-batch', 'update', 'leases', 'leases rushes-batch', (way) => lease(way).take()],
  ['rushes-batch', 'patch', 'jobs', `jobs ${JOB}`, (way) => report(way, 'notice')],
  ['rushes-batch', 'create', 'events', 'events', (way) => report(way, 'event')],
];

/** Each verb of each resource by itself, but for this one. */
const without = (rules: readonly V1PolicyRule[], verb: string, resource: string): V1PolicyRule[] =>
  rules.flatMap((rule) =>
    (rule.resources ?? []).flatMap(
      (of) =>
        rule.verbs.filter((one) => one !== verb || of !== resource).map((one) => ({ ...(rule as object), resources: [of], verbs: [one] })), // as: a plain object
    ),
  );

export const missingRightsTests = (cluster: () => Cluster): void => {
  describe('who lacks a right', () => {
    beforeAll(async () => {
      const rbac = cluster().config.makeApiClient(RbacAuthorizationV1Api);
      for (const [n, [role, verb, resource]] of CASES.entries()) {
        const name = `lacks-${n}`;
        const { rules = [] } = await rbac.readNamespacedRole({ namespace: NAMESPACE, name: role });
        const apiGroup = 'rbac.authorization.k8s.io';
        const objects = [
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
          { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata: { name }, rules: without(rules, verb, resource) },
          {
            apiVersion: `${apiGroup}/v1`,
            kind: 'RoleBinding',
            metadata: { name },
            roleRef: { apiGroup, kind: 'Role', name },
            subjects: [{ kind: 'ServiceAccount', name, namespace: NAMESPACE }],
          },
        ];
        await cluster().kubectl(
          ['--namespace', NAMESPACE, 'create', '-f', '-'],
          JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
        );
      }
      await cluster().kubectl(['--namespace', NAMESPACE, 'create', 'job', JOB, '--from=cronjob/rushes-batch']);
    });

    test.each(CASES.map((one, n) => [`${one[1]} ${one[2]}`, n, one] as const))(
      'to %s is told so',
      async (_, n, [role, verb, , said, work]) => {
        const token = (await cluster().kubectl(['--namespace', NAMESPACE, 'create', 'token', `lacks-${n}`])).trim();
        const config = new KubeConfig();
        config.loadFromString(cluster().config.exportConfig());
        config.users = config.users.map(({ name }) => ({ name, token }));
        // The API server knows of the other rights a moment later.
        await expect
          .poll(() => work(clusterOf(config, NAMESPACE)).catch((error: unknown) => String(error)))
          .toContain(`may not ${verb} ${said} in namespace ${NAMESPACE}: ask for the role ${role}`);
      },
    );
  });
};
