import type { Heartbeats, ProcessReport } from '@rushes/ports';
import { Registry } from '@rushes/runtime';
import { expect, test } from 'vitest';

import { gaugeProcesses } from './heartbeat.ts';

test('processes are counted by layer; what the stores told last stands while they do not answer', async () => {
  let reports: readonly ProcessReport[] | undefined = ['batch', 'batch', 'speed'].map((layer, n) => ({
    id: String(n),
    text: JSON.stringify({ layer }),
  }));
  const heartbeats: Heartbeats = {
    beat: async () => {},
    end: async () => {},
    list: async () => {
      if (reports === undefined) throw new Error('out of reach');
      return reports;
    },
  };
  const registry = new Registry();
  gaugeProcesses(registry, heartbeats);
  gaugeProcesses(registry, heartbeats);
  const shown = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('rushes_processes{'));
  const counted = ['batch', 'speed', 'serving'].map((layer, n) => `rushes_processes{layer="${layer}"} ${[2, 1, 0][n]}`);
  expect(await shown()).toEqual(counted);
  reports = undefined;
  expect(await shown()).toEqual(counted);
  reports = [];
  expect(await shown()).toEqual(counted.map((line) => line.replace(/\d$/, '0')));
});
