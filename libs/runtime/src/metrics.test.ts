import { expect, test } from 'vitest';

import { Counter, createMetrics } from './metrics.ts';

test('a registry holds the process metrics and what is registered with it, and no other does', async () => {
  const one = createMetrics();
  const other = createMetrics();
  new Counter({ name: 'rushes_test_total', help: 'counts', registers: [one] }).inc(2);
  expect(await one.metrics()).toContain('rushes_test_total 2');
  expect(await one.metrics()).toContain('process_cpu_user_seconds_total');
  expect(await other.metrics()).not.toContain('rushes_test_total');
});
