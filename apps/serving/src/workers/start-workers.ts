/**
 * The main process of a service of several: it holds the port and what the workers share, and answers nothing itself. Invariants: a worker that ends is
 * started again, until the session ends; then all are told, and this process ends after them.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { holdSharedMemory } from '@rushes/adapters/shared-memory';
import type { Caches, RateLimiter } from '@rushes/ports';
import {
  Counter,
  createMetrics,
  createTroubleLog,
  Gauge,
  type MeasuredMetrics,
  type Session,
  TerminalError,
  TransientError,
} from '@rushes/runtime';

import { connect } from './calls.ts';
import { createMergedMetrics } from './merged-metrics.ts';
import type { MainMethods, WorkerMethods } from './messages.ts';

const WORKER_MAIN = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './worker-main.ts' : './worker-main.js', import.meta.url));

const FIRST_RESTART_MS = 250;
const LONGEST_RESTART_MS = 10_000;
/** What ran for so long is started again as soon as the first time. */
const STEADY_MS = 60_000;

const PING_MS = 1_000;
/** So many pings in a row may stay without an answer: then the event loop of the worker hangs, and connections that are handed to it with it. */
const MOST_UNANSWERED = 30;

interface Slot {
  readonly number: number;
  worker: Worker | undefined;
  theirs: WorkerMethods | undefined;
  isListening: boolean;
  /** Why it ends, as far as it or this process said. */
  reason: string | undefined;
  startedMs: number;
  restartMs: number;
  unanswered: number;
  restart: NodeJS.Timeout | undefined;
}

/** Told before the first worker takes connections, so that all have the same port, also after all were started again. */
const freePort = async (host: string): Promise<number> => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const endOf = (code: number | null, signal: string | null): string =>
  signal === null || signal === '' ? `ended with exit code ${code}` : `was ended by ${signal}`;

/**
 * Starts as many workers as the configuration says; they are stopped when the session ends. Returns the address to reach them at once all of them take
 * connections.
 * @throws TerminalError, TransientError if one of them cannot.
 */
export const startWorkers = async (
  { config, logger, logForm, lifecycle }: Session,
  shared: { readonly caches: Caches; readonly limiter: RateLimiter | undefined },
): Promise<string> => {
  const configured = config.serving.workers;
  const port = config.http.port === 0 ? await freePort(config.http.host) : config.http.port;
  const order = {
    logForm,
    config: { ...config, http: { ...config.http, port, maxConnections: Math.ceil(config.http.maxConnections / configured) } },
  };
  const memory = holdSharedMemory(shared);
  const merged = createMergedMetrics();
  const troubles = createTroubleLog({ logger, level: 'error' });
  const metrics = createMetrics();
  const slots = Array.from({ length: configured }, (_, at): Slot => ({
    number: at + 1,
    worker: undefined,
    theirs: undefined,
    isListening: false,
    reason: undefined,
    startedMs: 0,
    restartMs: 0,
    unanswered: 0,
    restart: undefined,
  }));
  const listening = (): number => slots.filter((slot) => slot.isListening).length;
  const registers = [metrics];
  const restarts = new Counter({ name: 'rushes_worker_restarts_total', help: 'Workers that ended and were started again.', registers });
  metrics.registerMetric(
    new Gauge({
      name: 'rushes_workers_listening',
      help: 'Processes of the service that take connections.',
      registers: [],
      collect() {
        this.set(listening());
      },
    }),
  );
  const isEnding = (): boolean => lifecycle.signal.aborted;
  const first = Promise.withResolvers<string>();
  let isUp = false;

  const otherWorkers = (slot: Slot): readonly WorkerMethods[] =>
    slots.flatMap(({ number, isListening, theirs }) => (number === slot.number || !isListening || theirs === undefined ? [] : [theirs]));

  const metricsText = async (): Promise<string> => {
    const own = await metrics.getMetricsAsJSON();
    const asked = slots.flatMap(({ number, theirs, isListening }): [number, () => Promise<MeasuredMetrics>][] =>
      theirs === undefined || !isListening ? [] : [[number, () => theirs.measured()]],
    );
    return merged.text(new Map(asked), own);
  };

  const start = (slot: Slot): void => {
    const worker = cluster.fork();
    const own = memory.share();
    const methods: MainMethods = {
      ...own.memory,
      order: async () => ({ ...order, worker: slot.number }),
      listening: async (url) => {
        slot.isListening = true;
        troubles.settle();
        if (isUp) logger.info({ worker: slot.number }, 'a worker takes connections again');
        if (listening() < configured) return;
        isUp = true;
        first.resolve(url);
      },
      failed: async (message, hint) => {
        slot.reason = message;
        if (!isUp) first.reject(new TerminalError(message, hint === undefined ? {} : { hint }));
      },
      states: async () => ({ configured, listening: listening() }),
      shownByOthers: async (position, ms) => {
        // One that ends meanwhile answers nobody; the one after it begins with what is in the stores.
        const shown = otherWorkers(slot).map((theirs) => theirs.isShown(position, ms).catch(() => true));
        return (await Promise.all(shown)).every(Boolean);
      },
      metrics: metricsText,
    };
    Object.assign(slot, { worker, isListening: false, reason: undefined, startedMs: performance.now(), unanswered: 0, restart: undefined });
    slot.theirs = connect(worker.process, methods) as WorkerMethods; // as: what a worker gives as its own
    const onEnd = (how: string): void => {
      if (slot.worker !== worker) return;
      Object.assign(slot, { worker: undefined, theirs: undefined, isListening: false });
      own.gone();
      merged.ended(slot.number);
      if (isEnding()) return;
      const reason = slot.reason ?? how;
      if (!isUp)
        return first.reject(new TransientError(`worker ${slot.number} ${how} before it took connections`, { hint: 'Start again.' }));
      const isSteady = performance.now() - slot.startedMs >= STEADY_MS;
      slot.restartMs = isSteady || slot.restartMs === 0 ? FIRST_RESTART_MS : Math.min(2 * slot.restartMs, LONGEST_RESTART_MS);
      troubles.report('a worker ended: it is started again', reason, { worker: slot.number, restart_ms: slot.restartMs });
      restarts.inc();
      slot.restart = setTimeout(() => start(slot), slot.restartMs);
    };
    worker.on('exit', (code, signal) => onEnd(endOf(code, signal)));
    worker.on('error', (error) => onEnd(error.message));
  };

  const ping = (slot: Slot): void => {
    const { worker, theirs } = slot;
    if (worker === undefined || theirs === undefined) return;
    if (slot.unanswered === 0)
      theirs.ping().then(
        () => {
          if (slot.worker === worker) slot.unanswered = 0;
        },
        () => {},
      );
    slot.unanswered += 1;
    if (slot.unanswered <= MOST_UNANSWERED) return;
    slot.reason = `did not answer for ${(MOST_UNANSWERED * PING_MS) / 1000} s`;
    worker.process.kill('SIGKILL');
  };
  const pings = setInterval(() => slots.forEach(ping), PING_MS);

  // Workers take connections themselves. Handed round by this process, one that is on its way to a worker that dies would stay open without an answer for ever.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: WORKER_MAIN, args: [], serialization: 'advanced' });
  lifecycle.onStop('the workers', async () => {
    clearInterval(pings);
    await Promise.all(
      slots.map(async ({ worker, theirs, restart }) => {
        clearTimeout(restart);
        if (worker === undefined) return;
        const ended = new Promise((resolve) => void worker.once('exit', resolve));
        theirs?.stop().catch(() => {});
        await ended;
      }),
    );
  });
  for (const slot of slots) start(slot);
  return first.promise;
};
