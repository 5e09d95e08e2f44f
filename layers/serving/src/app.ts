/** The HTTP service, put together. Everything that happens to a request happens in the order in which it is registered here. */
import { randomUUID } from 'node:crypto';

import compress from '@fastify/compress';
import { createTroubleLog, guardServer, type Logger, type Registry, type Tracing } from '@rushes/runtime';
import type { FastifyInstance } from 'fastify';

import { createAdmission } from './admission/admission.ts';
import { createAdmissionMetrics } from './admission/admission-metrics.ts';
import { createKeptUrls } from './admission/kept-urls.ts';
import { refuseEarly } from './admission/refuse-early.ts';
import { undecodable } from './http/address.ts';
import { openEarlierVersions } from './merge/as-of.ts';
import { clientOfAddress } from './http/client-address.ts';
import { allowOrigins } from './http/cors.ts';
import { componentsOf } from './monitoring/component-states.ts';
import { trackCurrentSnapshot, type CurrentSnapshot } from './merge/current-snapshot.ts';
import { dataRoutes } from './routes/data-route.ts';
import { identifyCallers, requireRoles } from './entrances/access.ts';
import { isLogged } from './entrances/earlier-event.ts';
import { createEntranceMetrics } from './entrances/entrance-metrics.ts';
import { entrances } from './entrances/entrance.ts';
import { demandPositions } from './entrances/min-position.ts';
import { readJsonBodies } from './entrances/json-body.ts';
import { type PositionWaits, positionWaits, shownEverywhere } from './entrances/position-waits.ts';
import { createReceipts } from './entrances/receipts.ts';
import { traceEvents } from './entrances/trace-event.ts';
import { handleFailures } from './http/failures.ts';
import { createInstance } from './http/http-instance.ts';
import { createHttpMetrics } from './monitoring/http-metrics.ts';
import { trackLag } from './merge/lag.ts';
import { answerOptions, collectMethods, refuseOtherMethods } from './http/methods.ts';
import { describeApi } from './contract/openapi.ts';
import { DEFAULT_OPTIONS, type ServingOptions } from './options.ts';
import { observeAnswers } from './http/observe-answers.ts';
import type { ServingStores } from './serving-stores.ts';
import { shedLoad } from './http/overload.ts';
import { badRequest, Problem } from './http/problem.ts';
import { checkProtocol } from './http/protocol.ts';
import { limitRate } from './http/rate-limit.ts';
import { createResponseCache } from './http/response-cache.ts';
import { traceRequests } from './http/trace-requests.ts';
import { countWaits } from './http/waited.ts';
import { addHome } from './routes/home.ts';
import { createReadiness } from './monitoring/readiness.ts';
import { addHealth } from './routes/health.ts';
import { addMetrics, type Exposition } from './routes/metrics.ts';
import { addPostMovie } from './routes/post-movie.ts';
import { addPostOpinions } from './routes/post-opinion.ts';
import { watchStreams } from './routes/table-stream.ts';
import { addStream } from './routes/stream.ts';
import { addReadingRoutes } from './routes/reading-routes.ts';
import { registerStateMetrics } from './monitoring/state-metrics.ts';
import { securityHeaders } from './http/security-headers.ts';
import { createTokenVerifier } from './tokens/verify-token.ts';
import { trafficOf } from './http/traffic.ts';
import type { AnsweringWorker } from './monitoring/worker-states.ts';

export interface ServingContext {
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Default: nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** What `/metrics` shows; `metrics` by default. */
  readonly exposition?: Exposition | undefined;
  /** The processes of the service, where there are several. */
  readonly workers?: (() => Promise<AnsweringWorker>) | undefined;
  /** Whether the other processes of the service show a position, now or within so many milliseconds. */
  readonly shownByOthers?: PositionWaits['until'] | undefined;
  /** Milliseconds since 1970; the clock by default. */
  readonly now?: () => number;
  /** Milliseconds of a clock that nobody sets; the process's by default. */
  readonly elapsedMs?: () => number;
  /** A request id that no other request has; a random UUID by default. */
  readonly newRequestId?: () => string;
  /** An id for an event or a movie that no other has; a random UUID by default. */
  readonly newId?: () => string;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Which publication is served. */
    readonly snapshots: CurrentSnapshot;
    /** Requests that wait for a position. */
    readonly waits: PositionWaits;
    /** From now on it is not ready, and every answer is the last one of its connection. */
    readonly leave: () => void;
  }
}

/** Builds the service without a socket. `inject` works after `ready()`, which looks for the current publication. */
export const buildApp = (stores: ServingStores, given: Partial<ServingOptions>, context: ServingContext): FastifyInstance => {
  const options: ServingOptions = { ...DEFAULT_OPTIONS, ...given };
  const { logger, metrics, now = Date.now, elapsedMs = () => performance.now(), newRequestId = randomUUID, newId = randomUUID } = context;
  if (options.readAccess === 'key' && stores.keys === undefined && options.tokens === undefined)
    throw new Error('reading needs an API key, but there is no store of keys');
  const app = createInstance(options, logger, newRequestId);

  const lag = stores.speed === undefined || stores.log === undefined ? undefined : trackLag(stores.log, { now, elapsedMs });
  const lookTroubles = createTroubleLog({ logger, level: 'warn', elapsedMs });
  const limiterTroubles = createTroubleLog({ logger, level: 'warn', elapsedMs });
  const appendTroubles = createTroubleLog({ logger, level: 'error', elapsedMs });
  const cacheTroubles = createTroubleLog({ logger, level: 'warn', elapsedMs });
  const accessTroubles = createTroubleLog({ logger, level: 'error', elapsedMs });
  const earlier = openEarlierVersions(stores.views, options.codeVersion, (message, err) => logger.warn({ err }, message));
  const snapshots = trackCurrentSnapshot(stores.views, stores.speed, {
    pollMs: options.publicationPollMs,
    maxOverlayStates: options.maxOverlayStates,
    now,
    newId: randomUUID,
    elapsedMs,
    lag,
    staleAfterMs: options.staleAfterMs,
    codeVersion: options.codeVersion,
    onTrouble: (message, err) => {
      measured.onPublicationTrouble();
      lookTroubles.report(message, err);
    },
    onRecovery: lookTroubles.settle,
    onArrivals: (appendedAtMs) => measured.onArrivals(appendedAtMs),
    onSwitch: ({ publication: { number, version, reason } }) =>
      logger.info({ publication: number, version, reason }, 'serving a new publication'),
  });
  const measured = createHttpMetrics(metrics, snapshots, now);
  const entranceMetrics = createEntranceMetrics(metrics);
  const waits = positionWaits(snapshots);
  let isLeaving = false;
  const components = componentsOf(stores, {
    staleAfterMs: options.staleAfterMs,
    snapshots,
    now,
    elapsedMs,
    isLeaving: () => isLeaving,
    workers: context.workers,
  });
  registerStateMetrics(metrics, stores.views, components);

  app.decorate('snapshots', snapshots);
  app.decorate('waits', waits);
  app.decorate('leave', () => void (isLeaving = true));
  app.addHook('onReady', async () => {
    await snapshots.poll();
    snapshots.start();
  });
  app.addHook('onClose', () => {
    waits.stop();
    earlier.close();
    return snapshots.stop();
  });

  // Parameters are read by `request-reader.ts`, which names every fault at once; bodies of answers are texts already.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  handleFailures(app, logger);
  guardServer(app.server, options, (message, error) => logger.warn(error === undefined ? {} : { err: error }, message));
  traceRequests(app, context.tracing);
  countWaits(app);
  const wholeLists = watchStreams(options.streams, { logger, metrics });
  const methodsOf = collectMethods(app);
  const crossOrigin = allowOrigins(app, options.corsOrigins);
  const headers = { ...securityHeaders(crossOrigin.isOpen), ...crossOrigin.headers };
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    if (isLeaving) reply.header('connection', 'close');
    if (request.url.length > options.urlLimitBytes)
      return done(new Problem(414, `The address is longer than ${options.urlLimitBytes} bytes.`));
    const faults = undecodable(request.url);
    done(faults.length > 0 ? badRequest(faults) : undefined);
  });
  observeAnswers(app, logger, measured.observe);
  checkProtocol(app);
  answerOptions(app, methodsOf, crossOrigin);
  const { maxWaitMs, retryAfterS } = options.overload;
  const { onRefused, watch } = createAdmissionMetrics(metrics);
  const admission = createAdmission({ maxWaitMs, retryAfterS, onRefused });
  const kept = createKeptUrls(options.responseCacheBytes > 0);
  watch(admission);
  refuseEarly(app, { admission, kept, retryAfterS, onRefused });
  shedLoad(app, options.overload, measured.onShed);
  identifyCallers(app, {
    keys: stores.keys,
    verifyToken:
      options.tokens &&
      createTokenVerifier(options.tokens, {
        now,
        elapsedMs,
        onTrouble: (err) => accessTroubles.report('the keys of the issuer of tokens could not be fetched', err),
      }),
    now,
    onTrouble: (err) => {
      components.keys?.seen(false);
      accessTroubles.report('an API key could not be looked up', err);
    },
  });
  if (stores.rateLimiter !== undefined) {
    limitRate(app, {
      limiter: stores.rateLimiter,
      isLimited: (request) => trafficOf(request.routeOptions.url) === 'data',
      // Each key has a bucket for reading and one for writing; whoever has none shares that of the address.
      clientOf: ({ caller, ip, method }) =>
        caller === undefined ? clientOfAddress(ip) : `${method === 'POST' ? 'writes' : 'reads'} of ${caller.id}`,
      onLimited: measured.onRateLimited,
      onTrouble: (err) => limiterTroubles.report('the rate limiter failed; the request passes', err),
    });
  }
  refuseOtherMethods(app, methodsOf);
  requireRoles(app, entranceMetrics);
  app.register(compress);
  describeApi(app, options.codeVersion, snapshots);

  // In a plugin of their own, so that they come after the plugins above have been loaded.
  app.register(async (scope) => {
    demandPositions(scope, { snapshots, waits, log: stores.log, waitMs: options.minPositionWaitMs });
    const answering = {
      cache: createResponseCache(stores.caches, options.responseCacheBytes, (err) =>
        cacheTroubles.report('the cache failed; answers are computed without it', err),
      ),
      admission,
      deadlineMs: options.handlerTimeoutMs,
      onCache: measured.onCache,
    };
    const needs = options.readAccess === 'key' ? 'reader' : undefined;
    // A cache must not hand out, to who demands a position, what it kept for somebody who did not.
    const vary = ['Accept-Encoding', 'Rushes-Min-Position', ...crossOrigin.vary].join(', ');
    const add = dataRoutes(scope, {
      ...answering,
      snapshots,
      earlier,
      lagMs: snapshots.lagMs,
      kept,
      cacheMaxAgeS: options.cacheMaxAgeS,
      streams: wholeLists,
      needs,
      vary,
      onAnswer: measured.onAnswer,
    });
    addReadingRoutes(add, { objects: stores.objects, speed: stores.speed, now });
    addStream(scope, { answering, snapshots, speed: stores.speed, limits: options.eventStreams, logger, metrics, needs, vary });
    readJsonBodies(scope);
    const addEntrance = entrances(scope, {
      log: (stores.keys === undefined && options.tokens === undefined) || stores.isReadOnly === true ? undefined : stores.log,
      snapshots,
      isShown: shownEverywhere(waits, { others: context.shownByOthers, elapsedMs }),
      receipts: createReceipts({
        caches: stores.receipts ?? stores.caches,
        now,
        by: randomUUID(),
        isLogged: (receipt) => isLogged(stores.log, receipt),
        onTrouble: (err) => cacheTroubles.report('a claim on a movie could not be given back', err),
      }),
      writes: admission.writes,
      spans: traceEvents(context.tracing, waits),
      metrics: {
        ...entranceMetrics,
        onEvent: (type, outcome) => {
          if (outcome !== 'repeated') components.log?.seen(outcome === 'appended');
          if (outcome === 'appended') appendTroubles.settle();
          entranceMetrics.onEvent(type, outcome);
        },
      },
      onTrouble: appendTroubles.report,
      now,
      newId,
    });
    addPostMovie(addEntrance);
    addPostOpinions(addEntrance);
    addHealth(
      scope,
      components,
      createReadiness({ snapshots, now, elapsedMs, isLeaving: () => isLeaving, patienceMs: options.readyPatienceMs }),
    );
    addMetrics(scope, context.exposition ?? metrics);
    addHome(scope, snapshots, now);
  });
  return app;
};
