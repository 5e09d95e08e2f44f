/**
 * What k8s/ says, on a real control plane: it is taken without a fault or a warning, pods of it are let into a namespace that is restricted, and whoever may
 * start runs may do that and nothing else. No pod runs here.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { loadConfig } from '../../libs/runtime/src/config/load-config.ts';
import { configuredLocations } from '../../libs/stores/src/locations.ts';
import { findStores } from '../../libs/stores/src/schemes.ts';
import { kubeScoreProgram } from '../../tools/kubernetes/kube-score.ts';
import { monitoringDefinitions } from '../../tools/kubernetes/monitoring-definitions.ts';
import { prometheusRule } from '../../tools/prometheus-rule.ts';
import { runTool } from '../../tools/services/tools.ts';
import { imageVariables } from '../containers/dockerfile.ts';
import { say, unlessMissing } from '../containers/unless-missing.ts';
import { ROOT } from '../planted-copy.ts';
import { canHaveCluster, type Cluster, startCluster } from './cluster.ts';
import { missingRightsTests } from './missing-rights.ts';

/** Advice of kube-score that is not taken, and why. */
const NOT_TAKEN: Readonly<Record<string, string>> = {
  'container-image-pull-policy': 'an exact version or digest is one image: pods start while its registry is away',
};

/** The last one adds a component that is left to whoever installs it. */
const OVERLAYS = ['local', 'trial', 'production', 'production-with-tmdb'];
const WITH_TMDB = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: rushes
resources: [../production]
components: [../../components/tmdb]
`;

const hasCluster = await canHaveCluster('k8s/ on a control plane', false);
const definitions = hasCluster
  ? await unlessMissing('what k8s/ says to the Prometheus Operator', () => monitoringDefinitions(say))
  : undefined;
const kubeScore = hasCluster ? await unlessMissing('k8s/ with kube-score', () => kubeScoreProgram(say)) : undefined;

interface ApiObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: PodTemplate; readonly jobTemplate?: { readonly spec: { readonly template: PodTemplate } } };
}
interface PodTemplate {
  readonly spec: { readonly containers: readonly Container[]; readonly volumes: readonly Volume[] };
}
interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
}

/** The settings of a process, as it would read them in its container. @throws Error with all faults. */
const configOf = (container: Container, objects: readonly ApiObject[]) => {
  const mapped = (container.envFrom ?? []).map(
    ({ configMapRef: { name } }) => objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.data ?? {},
  );
  // What a field gives, here a number of processors.
  const given = (container.env ?? []).map(({ name, value = '2' }) => [name, value]);
  const env = { ...imageVariables, ...Object.assign({}, ...mapped), ...Object.fromEntries(given) } as Record<string, string>; // as: all are such
  const { config } = loadConfig({ env, cwd: '/app' }, () => {
    throw Object.assign(new Error('no file'), { code: 'ENOENT' });
  });
  return { env, config };
};

describe.skipIf(!hasCluster)('k8s/', () => {
  let cluster: Cluster;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rushes-manifests-'));
    await cp(join(ROOT, 'k8s'), join(folder, 'k8s'), { recursive: true });
    await mkdir(overlay('production-with-tmdb'));
    await writeFile(join(overlay('production-with-tmdb'), 'kustomization.yaml'), WITH_TMDB);
    cluster = await startCluster();
    for (const file of definitions ?? []) {
      await cluster.kubectl(['create', '-f', file]);
      await cluster.kubectl(['wait', '--for=condition=Established', '-f', file, '--timeout=300s']);
    }
  });
  afterAll(async () => {
    await cluster?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const overlay = (name: string): string => join(folder, 'k8s/overlays', name);
  const inRushes = (...args: readonly string[]): Promise<string> => cluster.kubectl(['--namespace', 'rushes', ...args]);
  /** What an overlay makes; without what the control plane has no definition of. */
  const rendered = async (name: string): Promise<string> => {
    const text = await cluster.kubectl(['kustomize', overlay(name)]);
    if (definitions !== undefined) return text;
    return parseAllDocuments(text)
      .filter((document) => document.get('kind') !== 'ServiceMonitor')
      .map(String)
      .join('---\n');
  };
  const apply = async (name: string): Promise<readonly ApiObject[]> => {
    const text = await rendered(name);
    const result = await cluster.attempt(['apply', '--validate=strict', '-f', '-'], text);
    // A warning of Pod Security comes with an object that is taken.
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return parseAllDocuments(text).map((document) => document.toJS() as ApiObject); // as: every object is such
  };

  describe.each(OVERLAYS)('the overlay %s', (name) => {
    beforeAll(async () => {
      await cluster.kubectl(['delete', 'namespace', 'rushes', '--ignore-not-found', '--wait']);
    });

    test('is taken without a fault or a warning, and again without a change', async () => {
      const objects = await apply(name);
      expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
      expect(objects.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'rushes')).toEqual([]);
      // The API server counts the changes of what an object demands.
      const generations = () =>
        inRushes(
          'get',
          'deployments,statefulsets,cronjobs,networkpolicies,pdb,ingress',
          '-o',
          'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation}{"\\n"}{end}',
        );
      // The autoscaler changes how many there are.
      await expect.poll(() => inRushes('get', 'deployment', 'rushes-serving', '-o', 'jsonpath={.spec.replicas}')).toBe('2');
      const before = await generations();
      await apply(name);
      expect(await generations()).toBe(before);
      expect(before).toContain('CronJob rushes-batch 1');
    });

    test('the settings of each process have no fault, and name files of secrets that it has', async () => {
      const objects = parseAllDocuments(await rendered(name)).map((document) => document.toJS() as ApiObject); // as: every object is such
      const templates = objects.flatMap(({ spec }) => spec?.jobTemplate?.spec.template ?? spec?.template ?? []);
      const processes = templates.flatMap(({ spec }) => spec.containers.map((container) => ({ container, volumes: spec.volumes })));
      const ours = processes.filter(({ container }) => ['batch', 'speed', 'serving'].includes(container.name));
      expect(ours.map(({ container }) => container.name).toSorted()).toEqual(['batch', 'serving', 'speed']);
      for (const { container, volumes } of ours) {
        const { env, config } = configOf(container, objects);
        expect(() => findStores(configuredLocations(config))).not.toThrow();
        const secrets = container.volumeMounts.filter(({ name: mounted }) =>
          volumes.some(({ name: volume, secret }) => volume === mounted && secret !== undefined),
        );
        const files = Object.values(env).filter((value) => value.startsWith('/run/secrets/'));
        expect(files.filter((file) => !secrets.some(({ mountPath }) => file.startsWith(`${mountPath}/`)))).toEqual([]);
        expect(files.length > 0).toBe(name !== 'local');
      }
    });

    test('its pods are let in, as many as there should be, of which only the run has a token', async () => {
      await cluster.kubectl(['--namespace', 'rushes', 'create', 'job', 'first', '--from=cronjob/rushes-batch']);
      const pods = async () => {
        const { items } = await cluster.config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'rushes' });
        return items;
      };
      const names = async () =>
        (await pods())
          .map(({ metadata }) => metadata?.labels?.['app.kubernetes.io/name'] ?? '')
          .filter((label) => label.startsWith('rushes-'))
          .toSorted();
      await expect.poll(names).toEqual(['rushes-batch', 'rushes-serving', 'rushes-serving', 'rushes-speed', 'rushes-speed']);
      const mounts = (await pods()).flatMap(({ spec }) => {
        const withToken = (spec?.volumes ?? []).filter(({ projected }) =>
          projected?.sources?.some((source) => source.serviceAccountToken !== undefined),
        );
        return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
          .filter(({ volumeMounts }) => withToken.some((volume) => volumeMounts?.some((mount) => mount.name === volume.name)))
          .map((container) => container.name);
      });
      expect(mounts).toEqual(['batch']);
      expect(await inRushes('get', 'events', '--field-selector', 'reason=FailedCreate', '-o', 'name')).toBe('');
    });

    // The servers of `trial` are as their images want them.
    test.skipIf(kubeScore === undefined || name === 'trial')('kube-score finds nothing critical', async () => {
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, await rendered(name));
      const ignored = Object.keys(NOT_TAKEN).flatMap((advice) => ['--ignore-test', advice]);
      const said = await runTool(kubeScore ?? '', ['score', '--output-format', 'ci', ...ignored, file]);
      expect(said.split('\n').filter((line) => line.startsWith('[CRITICAL]'))).toEqual([]);
    });
  });

  test('a field that there is none of, and a pod as root, are refused', async () => {
    const text = await rendered('local');
    const misspelt = text.replace('startingDeadlineSeconds:', 'startingDeadlineSecond:');
    expect(misspelt).not.toBe(text);
    const result = await cluster.attempt(['apply', '--dry-run=server', '--validate=strict', '-f', '-'], misspelt);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('unknown field "spec.startingDeadlineSecond"') });
    const root = await cluster.attempt(['--namespace', 'rushes', 'run', 'root', '--image=x']);
    expect(root).toMatchObject({ code: 1, stderr: expect.stringContaining('violates PodSecurity "restricted') });
  });

  test('who may start runs may watch, stop and suspend them, and nothing else', async () => {
    const token = (await inRushes('create', 'token', 'rushes-operator')).trim();
    const as = (...args: readonly string[]) => cluster.attempt(['--token', token, '--namespace', 'rushes', ...args]);
    const allowed = [
      ['create', 'job', 'by-hand', '--from=cronjob/rushes-batch'],
      ['patch', 'cronjob', 'rushes-batch', '--patch', '{"spec":{"suspend":true}}'],
      ['patch', 'cronjob', 'rushes-batch', '--patch', '{"spec":{"suspend":false}}'],
      ['get', 'cronjobs,jobs,pods'],
      ['get', 'events'],
      ['delete', 'job', 'by-hand'],
    ];
    for (const args of allowed) expect([args, await as(...args)]).toMatchObject([args, { code: 0 }]);
    await inRushes('create', 'cronjob', 'other', '--image=x', '--schedule=0 0 1 1 *', '--', 'true');
    const forbidden = [
      ['get', 'secrets'],
      ['get', 'configmaps'],
      ['get', 'deployments'],
      ['patch', 'cronjob', 'other', '--patch', '{"spec":{"suspend":true}}'],
      ['delete', 'cronjob', 'rushes-batch'],
      ['delete', 'pods', '--all'],
      ['create', 'token', 'rushes-serving'],
      ['get', 'jobs', '--namespace', 'default'],
      ['get', 'nodes'],
    ];
    for (const args of forbidden)
      expect([args, await as(...args)]).toMatchObject([args, { code: 1, stderr: expect.stringContaining('forbidden') }]);
    const into = await as('auth', 'can-i', 'create', 'pods/exec');
    expect(into).toMatchObject({ code: 1, stdout: 'no\n' });
    await inRushes('delete', 'cronjob', 'other');
  });

  test.each([
    [
      'rushes-batch',
      'take its lease, annotate jobs and write events',
      ['events [] [] [create]', 'jobs.batch [] [] [patch]', 'leases.coordination.k8s.io [] [rushes-batch] [get update]'],
    ],
    ['rushes-speed', 'do nothing', []],
    ['rushes-serving', 'do nothing', []],
  ])('the account %s may %s', async (account, _, rights) => {
    const token = (await inRushes('create', 'token', account)).trim();
    const listed = await cluster.kubectl(['--token', token, '--namespace', 'rushes', 'auth', 'can-i', '--list', '--no-headers']);
    // What everybody may: ask who they are and what they may, and read what the API server tells of itself and of who signs for it.
    const more = listed.split('\n').filter((line) => line !== '' && !/^self\w+\.auth|^clustertrustbundles\.|^\s+\[\//.test(line));
    expect(more.map((line) => line.replaceAll(/ +/g, ' ').trim()).toSorted()).toEqual(rights);
  });

  missingRightsTests(() => cluster);

  test.skipIf(definitions === undefined)(
    'rules for the Prometheus Operator are taken as it defines them, and refused otherwise',
    async () => {
      const rules = await mkdtemp(join(folder, 'rules-'));
      await writeFile(join(rules, 'rules.yaml'), 'groups: [{ name: a, rules: [{ alert: A, expr: up == 0, for: 1m }] }]\n');
      await writeFile(join(rules, 'tests.yaml'), 'rule_files: [rules.yaml]\ntests: []\n');
      const made = prometheusRule(rules);
      expect(made).toMatchObject({ spec: { groups: [{ name: 'a' }] } });
      for (const rule of [made, prometheusRule()])
        expect(await cluster.attempt(['apply', '--validate=strict', '-f', '-'], JSON.stringify(rule))).toMatchObject({
          code: 0,
          stderr: '',
        });
      await writeFile(join(rules, 'rules.yaml'), 'groups: [{ name: a, rules: [{ alert: A }] }]\n');
      const refused = await cluster.attempt(['apply', '--validate=strict', '-f', '-'], JSON.stringify(prometheusRule(rules)));
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('expr') });
    },
  );
});
