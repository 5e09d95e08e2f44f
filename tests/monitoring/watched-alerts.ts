/** A Prometheus with the rules of this repository in quick time, an Alertmanager that it tells, and which alerts have arrived there. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { stringify } from 'yaml';

import { type OwnServers, startOwnServers } from '../services/own-servers.ts';
import { readRuleFiles } from './rule-files.ts';
import { type Scale, scaleRules } from './scaled-rules.ts';

/** Ports on 127.0.0.1 by job. */
export type Targets = Readonly<Record<string, readonly number[]>>;

export interface WatchedAlerts {
  /** Names of the alerts that have arrived, ever; one of a component also as `<name> of <component>`. */
  readonly seen: () => ReadonlySet<string>;
  /** Counts these as not arrived yet. */
  readonly forget: (...names: readonly string[]) => void;
  /** Waits until all of these have arrived. Returns those that have not in two minutes. */
  readonly missing: (...names: readonly string[]) => Promise<readonly string[]>;
  /** Waits until none of these is active. Returns those that are after two minutes. */
  readonly active: (...names: readonly string[]) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

const LOOK_MS = 250;
/** For a busy machine. */
const PATIENCE_MS = 120_000;

const scrapeEverySecond = (targets: Targets, rules: string, alertmanager: string): readonly string[] => [
  stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [join(rules, '*.yaml')],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: Object.entries(targets).map(([job, ports]) => ({
      job_name: job,
      static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
    })),
  }),
];

const namesAt = async (url: string): Promise<readonly string[]> => {
  const response = await fetch(`${url}/api/v2/alerts?active=true`);
  const alerts = (await response.json()) as readonly { readonly labels: { readonly alertname: string; readonly component?: string } }[]; // as: Alertmanager's interface
  return alerts.flatMap(({ labels: { alertname, component } }) => [
    alertname,
    ...(component === undefined ? [] : [`${alertname} of ${component}`]),
  ]);
};

/** @param folder for the rules in quick time. */
export const watchAlerts = async (folder: string, targets: Targets, scale: Scale): Promise<WatchedAlerts> => {
  const rules = join(folder, 'rules');
  await mkdir(rules, { recursive: true });
  for (const [name, file] of readRuleFiles()) await writeFile(join(rules, name), stringify(scaleRules(file, scale)));
  const receiving = await startOwnServers(['alertmanager']);
  const alertmanager = receiving.address('alertmanager');
  let watching: OwnServers;
  try {
    const settings = () => scrapeEverySecond(targets, rules, new URL(alertmanager).host);
    watching = await startOwnServers(['prometheus'], { prometheus: { ports: 0, settings } });
  } catch (error) {
    await receiving.dispose();
    throw error;
  }
  const seen = new Set<string>();
  let active: ReadonlySet<string> = new Set();
  const closed = new AbortController();
  const looking = (async () => {
    while (!closed.signal.aborted) {
      active = new Set(await namesAt(alertmanager));
      for (const name of active) seen.add(name);
      await sleep(LOOK_MS, undefined, { signal: closed.signal }).catch(() => undefined);
    }
  })();
  looking.catch(() => undefined); // whoever waits sees it

  /** What is left when nothing is, or too much time has passed. */
  const lastOf = async (left: () => readonly string[]): Promise<readonly string[]> => {
    const deadline = performance.now() + PATIENCE_MS;
    while (left().length > 0 && performance.now() < deadline) await Promise.race([sleep(LOOK_MS), looking]);
    return left();
  };
  return {
    seen: () => seen,
    forget(...names) {
      for (const name of names) seen.delete(name);
    },
    missing: (...names) => lastOf(() => names.filter((name) => !seen.has(name))),
    active: (...names) => lastOf(() => names.filter((name) => active.has(name))),
    async close() {
      closed.abort();
      await looking.catch(() => undefined);
      await watching.dispose();
      await receiving.dispose();
    },
  };
};
