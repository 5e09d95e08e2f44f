/** Asks `/health/live` again and again, as a supervisor does: `probe.ts URL SECONDS`. Prints how long the answers took. */
import { setTimeout as sleep } from 'node:timers/promises';

import { openConnections, requestsInTurn } from './connections.ts';
import { createTimes } from './latencies.ts';

const PAUSE_MS = 20;

const [url = '', seconds = ''] = process.argv.slice(2);
const [connection] = await openConnections(url, 1);
const next = requestsInTurn(url, ['/health/live']);

const times = createTimes();
const endsAt = performance.now() + Number(seconds) * 1000;
while (performance.now() < endsAt) {
  const askedAt = performance.now();
  const status = await new Promise((resolve) => connection?.send(next(), resolve));
  if (status !== 200) throw new Error(`/health/live was answered ${String(status)}`);
  times.record(performance.now() - askedAt);
  await sleep(PAUSE_MS);
}
console.log(JSON.stringify(times.result()));
process.exit(0); // its connection stays open otherwise
