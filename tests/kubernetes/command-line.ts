/** `rushes k8s` on a cluster with runs in it. Registers tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { kubeconfigFor, startCommand } from './rushes-command.ts';
import { NAMESPACE, type RushesInCluster } from './running-rushes.ts';

/** What its answer says with `--json`. */
interface Answer {
  readonly job: string;
  readonly outcome?: string;
  readonly exit_code?: number;
}

/** Holds the lease, by the code that runs hold it with, until it is killed. */
const HOLDER = `
import { connectOwnCluster, kubernetesLease } from '@rushes/adapters/kubernetes';
const lease = kubernetesLease(connectOwnCluster(), { name: 'rushes-batch', holder: 'somebody', durationMs: 20_000 });
console.log((await lease.take()).held);
setInterval(() => lease.renew(), 2_000);
`;

export const commandLineTests = (rushes: () => RushesInCluster): void => {
  describe('the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rushes-command-'));
    let [operator, administrator] = ['', ''];
    const kubectl = (...args: readonly string[]): Promise<string> => rushes().kubectl(...args);
    const run = (...args: readonly string[]) => startCommand(operator, 'k8s', ...args);
    const answerIn = (stdout: string): Answer => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Answer; // as: the command's one document
    const eventsOf = async (job: string): Promise<readonly CoreV1Event[]> =>
      (await rushes().core.listNamespacedEvent({ namespace: NAMESPACE, fieldSelector: `involvedObject.name=${job}` })).items;
    const podOf = async (job: string): Promise<V1Pod | undefined> => (await rushes().podsOfJob(job))[0];

    beforeAll(async () => {
      const token = (await kubectl('create', 'token', 'rushes-operator')).trim();
      operator = await kubeconfigFor(rushes().cluster, folder, token);
      administrator = await kubeconfigFor(rushes().cluster, folder);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('a full run is followed through the loss of its pod to what it publishes', async () => {
      const command = run('run', '--full', '--follow');
      await expect.poll(command.said).toMatch(/batch run \d+ began/);
      const job = /Run (\S+) is started/.exec(command.said())?.[1] ?? '';
      const lost = (await podOf(job))?.metadata?.name ?? '';
      await kubectl('delete', 'pod', lost, '--wait=false');
      const { code, stdout } = await command.ended;
      expect([code, stdout]).toEqual([0, expect.stringContaining(`Pod ${lost}: ending`)]);
      expect(stdout).toMatch(/Run \S+-full-\w+ \(version \d+\): published; it published, or nothing had changed\.\n$/);
      expect(stdout.match(/batch run \d+ began {2}.*full=true/g)).toHaveLength(2);
      expect((await eventsOf(job)).map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(['RunBegan', 'RunInterrupted', 'RunPublished', 'SuccessfulCreate']),
      );
    });

    test('an API server that is killed meanwhile is waited for, and no line is lost or told twice', async () => {
      const command = run('run', '--follow', '--json');
      await expect.poll(command.said).toMatch(/batch run \d+ began/);
      rushes().cluster.kill('apiserver');
      const { code, stdout, stderr } = await command.ended;
      const answer = answerIn(stdout);
      expect([code, answer]).toEqual([0, expect.objectContaining({ outcome: 'published', exit_code: 0 })]);
      const pod = await podOf(answer.job);
      // What the command itself says is among the lines.
      const ofPod = (text: string): readonly string[] =>
        text.split('\n').filter((line) => line.includes(`"hostname":"${pod?.metadata?.name}"`));
      const said = ofPod(await rushes().logsOf(pod));
      expect(said.length).toBeGreaterThan(2);
      expect(ofPod(stderr)).toEqual(said);
    });

    test('a run that fails, and one that is deleted, end the following as they end', async () => {
      await rushes().startJob('wrong', (_, pod) => {
        for (const container of pod.containers) container.env?.push({ name: 'RUSHES_KEEP_VERSIONS', value: 'some' });
      });
      await rushes().startJob('unwanted', (_, pod) => {
        pod.terminationGracePeriodSeconds = 1;
        for (const container of pod.containers) Object.assign(container, { command: ['sleep', 'infinity'], args: [] });
      });
      const [wrong, unwanted] = [run('follow', 'wrong'), run('follow', 'unwanted', '--json')];
      await expect.poll(unwanted.said).toContain('running');
      await kubectl('delete', 'job', 'unwanted', '--wait=false');
      expect(await wrong.ended).toMatchObject({
        code: 2,
        stdout: expect.stringContaining('Run wrong: misconfigured; it has wrong settings'),
      });
      expect(wrong.said()).toContain('RUSHES_KEEP_VERSIONS');
      const { code, stdout } = await unwanted.ended;
      expect([code, answerIn(stdout)]).toEqual([1, expect.objectContaining({ outcome: 'deleted', exit_code: 1 })]);
    });

    test('of two runs one waits until the other has ended, or has been killed', async () => {
      await rushes().startJob('holder', (_, pod) => {
        pod.initContainers = [];
        for (const container of pod.containers)
          Object.assign(container, { command: ['node', '--conditions=dist', '--input-type=module', '--eval', HOLDER], args: [] });
      });
      await expect.poll(async () => rushes().logsOf(await podOf('holder'))).toContain('true');
      const command = run('run', '--follow');
      await expect.poll(command.said).toMatch(/another run is at work: this one waits for somebody/);
      await kubectl('delete', 'pod', (await podOf('holder'))?.metadata?.name ?? '', '--grace-period=0', '--force');
      await kubectl('delete', 'job', 'holder', '--wait=false');
      const { code, stdout } = await command.ended;
      expect(code).toBe(0);
      expect(stdout.indexOf('waits for')).toBeLessThan(stdout.search(/batch run \d+ began/));
    });

    test('a run whose lease another has taken over ends as superseded', async () => {
      const command = run('run', '--full', '--follow', '--json');
      await expect.poll(command.said).toMatch(/batch run \d+ began/);
      await kubectl('patch', 'lease', 'rushes-batch', '--type=merge', '--patch', JSON.stringify({ spec: { holderIdentity: 'other' } }));
      const { code, stdout } = await command.ended;
      expect([code, answerIn(stdout)]).toEqual([4, expect.objectContaining({ outcome: 'superseded', exit_code: 4 })]);
      await kubectl('patch', 'lease', 'rushes-batch', '--type=merge', '--patch', JSON.stringify({ spec: { holderIdentity: null } }));
    });

    test('the schedule is suspended and goes on, and its status says so', async () => {
      expect(await run('suspend').ended).toMatchObject({ code: 0, stdout: expect.stringContaining('rushes-batch is suspended.') });
      const asked = run('status', '--json');
      expect(await run('resume').ended.then(({ code }) => code)).toBe(0);
      const { code, stdout, stderr } = await asked.ended;
      expect([code, stderr]).toEqual([0, '']);
      const status = JSON.parse(stdout) as { readonly pods: readonly { readonly layer: string }[] }; // as: the command's one document
      expect(status).toMatchObject({
        namespace: NAMESPACE,
        runs: expect.arrayContaining([expect.objectContaining({ outcome: 'superseded', by_hand: true })]),
        versions_fault: 'may not get pods/proxy in namespace rushes: ask for the role rushes-figures',
      });
      expect(status.pods.map(({ layer }) => layer).filter((layer) => layer !== 'batch')).toEqual(['speed', 'speed', 'serving', 'serving']);
      const seen = startCommand(administrator, 'k8s', 'status');
      const told = (await seen.ended).stdout;
      expect(told).toMatch(/Schedule {3}rushes-batch in namespace rushes: 0 \*\/4 \* \* \* \(Etc\/UTC\), next start \d{4}-/);
      expect(told.match(/^serving .* ready +0 {2}running +\d+ /gm)).toHaveLength(2);
    });

    test('several days are run one after another; interrupted, the same command goes on', async () => {
      const { spec } = await rushes().cronJob();
      const pod = spec?.jobTemplate.spec?.template.spec;
      if (spec === undefined || pod === undefined || pod === null) throw new Error('the CronJob has no pod');
      spec.suspend = true;
      for (const container of pod.initContainers ?? [])
        container.command = ['sh', '-c', 'for day in 01 02; do rushes sample --titles 100 --out /imdb/2026-11-$day; done'];
      await rushes().batch.createNamespacedCronJob({
        namespace: NAMESPACE,
        body: { metadata: { name: 'dated' }, spec },
      });
      const backfill = () =>
        startCommand(
          administrator,
          'k8s',
          'backfill',
          '--cronjob',
          'dated',
          '--source',
          '/imdb',
          '--from',
          '2026-11-01',
          '--to',
          '2026-11-02',
        );
      const first = backfill();
      await expect.poll(first.said).toContain('Pod dated-backfill-2026-11-01-');
      first.interrupt();
      expect(await first.ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/Run \S+ goes on; no further one is started\./) });
      const second = await backfill().ended;
      expect(second).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^2026-11-01: run dated-backfill-2026-11-01-\w+ is under way\n/),
      });
      expect(second.stdout).toMatch(/2026-11-02: published; .*\nAll 2 days from 2026-11-01 to 2026-11-02 are published\.\n$/);
      const third = await backfill().ended;
      expect(third.stdout).toMatch(/^2026-11-01: published before, by \S+\n2026-11-02: published before, by \S+\nAll 2 days/);
      const versions = await rushes().logsOf(await podOf(/by (dated-backfill-2026-11-02-\w+)/.exec(third.stdout)?.[1] ?? ''));
      expect(versions).toContain('/imdb/2026-11-02');
    });
  });
};
