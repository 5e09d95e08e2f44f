/**
 * Sends requests at even distances when they are due, whatever became of those before: `flood.ts ORDER`, the file of a `FloodOrder`. A request for which no
 * connection is free waits for one, and its time runs from when it was due, so a server that is late does not hide it. What the generator itself was late by is
 * told apart. Its timers and its sockets share one event loop, so it reads answers no later than it sends requests.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { type Connection, openConnections, requestsInTurn } from './connections.ts';
import { createTimes } from './latencies.ts';
import type { Flooded, FloodOrder } from './measured.ts';
import { createTally } from './tally.ts';

const TICK_MS = 1;

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as FloodOrder; // as: written by overload.ts

const next = requestsInTurn(order.url, order.paths);
const tally = createTally(order.pid);
const lateness = createTimes();
let sent = 0;
let withoutConnection = 0;

/** Those that wait longest for their next request come first, so that all are used alike. */
const idle: Connection[] = [...(await openConnections(order.url, order.connections))];
/** When the requests began that wait for a connection; those before `taken` have got one. */
const waiting: number[] = [];
let taken = 0;

const send = (connection: Connection, begunAt: number): void =>
  connection.send(next(), (status) => {
    tally.note(status, performance.now() - begunAt);
    const first = waiting[taken];
    if (first === undefined) return void idle.push(connection);
    taken += 1;
    send(connection, first);
  });

const beginRequest = (dueAt: number): void => {
  const begunAt = performance.now();
  const connection = idle.shift();
  if (connection === undefined) waiting.push(begunAt);
  else send(connection, begunAt);
  if (!tally.isCounting()) return;
  sent += 1;
  lateness.record(begunAt - dueAt);
  if (connection === undefined) withoutConnection += 1;
};

const startedAt = performance.now();
let begun = 0;
setInterval(() => {
  const due = ((performance.now() - startedAt) / 1000) * order.perSecond;
  for (; begun < due; begun += 1) beginRequest(startedAt + (begun / order.perSecond) * 1000);
}, TICK_MS);

await sleep(order.warmUpS * 1000);
tally.begin();
await sleep(order.seconds * 1000);
const answers = tally.end();

const flooded: Flooded = { ...answers, wantedPerSecond: order.perSecond, sent, withoutConnection, lateness: lateness.result() };
console.log(JSON.stringify(flooded));
process.exit(0); // requests under way are nobody's any more
