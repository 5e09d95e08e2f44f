/**
 * Finds out how much a server can answer: `capacity.ts ORDER`, the file of a `CapacityOrder`. Each connection asks again as soon as it has its answer. With few of
 * them the server is sometimes idle, with too many it refuses; in between it does all it can. Prints a `Saturated` for each number of connections, up to the
 * first at which something is refused.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Connection, openConnections, requestsInTurn } from './connections.ts';
import type { CapacityOrder, Saturated } from './measured.ts';
import { createTally } from './tally.ts';

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as CapacityOrder; // as: written by overload.ts

const next = requestsInTurn(order.url, order.paths);
let tally = createTally(order.pid);

const askForEver = (connection: Connection): void => {
  const sentAt = performance.now();
  connection.send(next(), (status) => {
    tally.note(status, performance.now() - sentAt);
    askForEver(connection);
  });
};

const steps: Saturated[] = [];
let open = 0;
for (const connections of order.connections) {
  for (const connection of await openConnections(order.url, connections - open)) askForEver(connection);
  open = connections;
  tally = createTally(order.pid);
  await sleep(order.warmUpS * 1000);
  tally.begin();
  await sleep(order.seconds * 1000);
  const answers = tally.end();
  steps.push({ connections, ...answers });
  if (answers.refused.count > 0) break;
}
console.log(JSON.stringify(steps));
process.exit(0); // requests under way are nobody's any more
