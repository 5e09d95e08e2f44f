/** Two of speed and two of serving behind a balancer, and a batch layer on its schedule: what is deployed where nothing may stand still. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { StartedProcess } from '../processes/started-process.ts';
import type { Apps } from './apps-on-servers.ts';
import { type Balancer, startBalancer } from './balancer.ts';

type AppName = 'batch' | 'speed' | 'serving';

/** One process, and where the balancer finds it. */
interface Running {
  readonly process: StartedProcess;
  readonly url: string | undefined;
}

export interface DoubledApps {
  /** Where requests go. */
  readonly url: string;
  /** How many of them there are: two, but one of batch. */
  readonly countOf: (app: AppName) => number;
  /** Starts a new one, lets it get ready, then asks the old one to end, as a rolling restart does. Returns the old one's exit code. */
  readonly replace: (app: AppName, n: number) => Promise<number | null>;
  /** Kills one, and starts another in its place a moment later, as whoever watches over processes does. */
  readonly kill: (app: AppName, n: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** So long may a busy machine take. */
const PATIENT_MS = 300_000;
const LOOK_MS = 100;

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const endMs = performance.now() + PATIENT_MS; !(await holds()); await sleep(LOOK_MS))
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
};
/** Longer than the balancer takes to see that a process is not ready. */
const SHUTDOWN_DELAY_MS = '1500';
const STARTS = 10;
const MESSAGES: Readonly<Record<AppName, string>> = { batch: 'running on a schedule', speed: 'projecting', serving: 'listening' };

/** @param more further variables of all of them. */
export const startDoubled = async (apps: Apps, more: Readonly<Record<string, string>> = {}): Promise<DoubledApps> => {
  const balancer: Balancer = await startBalancer();
  const running: Readonly<Record<AppName, Running[]>> = { batch: [], speed: [], serving: [] };

  /** Starts it again where it ends before it runs, as where a store is just down: whoever watches over processes does so. */
  const supervise = async (app: AppName): Promise<readonly [StartedProcess, string]> => {
    for (let left = STARTS; ; left--) {
      const one = apps.start(app, { ...more, RUSHES_SHUTDOWN_DELAY_MS: SHUTDOWN_DELAY_MS });
      try {
        return [one, String((await one.logged(MESSAGES[app]))['url'])];
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  };
  const begin = async (app: AppName): Promise<Running> => {
    const [one, url] = await supervise(app);
    await until(`${app} is ready`, async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200);
    if (app !== 'serving') return { process: one, url: undefined };
    balancer.add(url);
    await until(`the balancer has seen that ${app} is ready`, () => balancer.ready().includes(url));
    return { process: one, url };
  };
  const at = (app: AppName, n: number): Running => {
    const one = running[app][n];
    if (one === undefined) throw new Error(`there is no ${app} ${n}`);
    return one;
  };
  for (const app of ['batch', 'speed', 'speed', 'serving', 'serving'] as const) running[app].push(await begin(app));
  return {
    url: balancer.url,
    countOf: (app) => running[app].length,
    async replace(app, n) {
      const old = at(app, n);
      const beganMs = performance.now();
      running[app][n] = await begin(app);
      const readyMs = performance.now();
      const code = await old.process.end('SIGTERM');
      if (old.url !== undefined) balancer.remove(old.url);
      process.stdout.write(
        `${app} ${n + 1} replaced: the new one ready after ${Math.round(readyMs - beganMs)} ms, the old one ended after ${Math.round(performance.now() - readyMs)} ms\n`,
      );
      return code;
    },
    async kill(app, n) {
      const old = at(app, n);
      await old.process.end('SIGKILL');
      running[app][n] = await begin(app);
      if (old.url !== undefined) balancer.remove(old.url);
    },
    async stop() {
      for (const one of Object.values(running).flat()) await one.process.end('SIGKILL');
      await balancer.close();
    },
  };
};
