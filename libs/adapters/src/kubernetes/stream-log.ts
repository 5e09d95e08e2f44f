/** What a container says, line by line, to its end, through connections that break and API servers that are away. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from './cluster.ts';
import { faultOf, faultOfStatus, isFault, type Request } from './cluster-fault.ts';

export interface ContainerName {
  readonly pod: string;
  readonly container: string;
}

export interface LogOptions {
  readonly signal: AbortSignal;
  readonly line: (text: string) => void;
  /** Whether the container has ended: then a log that ends has ended too. */
  readonly hasEnded: () => boolean;
  readonly waitMs?: number;
}

const WAIT_MS = 500;
const BAD_REQUEST = 400;

/** Reads the log once, following it. Not by the client's own `Log`, which leaves an error of a connection to nobody. */
const readOnce = async (
  { config, server, namespace }: Cluster,
  { pod, container }: ContainerName,
  signal: AbortSignal,
  line: (text: string) => void,
): Promise<void> => {
  const url = new URL(`${server}/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  url.search = new URLSearchParams({ container, follow: 'true' }).toString();
  const options: RequestOptions = { signal };
  await config.applyToHTTPSOptions(options);
  const send = url.protocol === 'http:' ? requestHttp : requestHttps;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, options, resolve).on('error', reject).end();
  });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined); // where the answer is none of lines, nobody waits for it
  response.on('error', broken.reject);
  response.setEncoding('utf8');
  if (response.statusCode !== 200) {
    let body = '';
    for await (const text of response) body += String(text);
    const request: Request = { verb: 'get', resource: 'pods/log', namespace };
    // The container has not started, or its node does not know it yet.
    throw faultOfStatus(response.statusCode === BAD_REQUEST ? 503 : (response.statusCode ?? 500), body, request, server);
  }
  const lines = createInterface({ input: response });
  lines.on('line', line);
  // It passes on what breaks the response.
  lines.on('error', broken.reject);
  await Promise.race([new Promise((resolve) => lines.on('close', resolve)), broken.promise]);
};

/**
 * Hands over each line once, until the container has ended or its pod has gone.
 * A connection that breaks is made anew: then the log is read from its start, and as many lines are passed over as were handed over before. A log that begins
 * with another line than before was begun anew by its node, and is told whole.
 * @throws ClusterFault if it may not be read.
 */
export const followLog = async (
  cluster: Cluster,
  name: ContainerName,
  { signal, line, hasEnded, waitMs = WAIT_MS }: LogOptions,
): Promise<void> => {
  let [told, first] = [0, undefined as string | undefined];
  while (!signal.aborted) {
    const isLast = hasEnded();
    let at = 0;
    try {
      await readOnce(cluster, name, signal, (text) => {
        if (at === 0 && first !== text) {
          first = text;
          told = 0;
        }
        at += 1;
        if (at <= told) return;
        told = at;
        line(text);
      });
      if (isLast) return;
    } catch (error) {
      if (signal.aborted) return;
      const fault = faultOf(error, { verb: 'get', resource: 'pods/log', namespace: cluster.namespace }, cluster.server);
      if (isFault(fault, 'not found')) return;
      if (!isFault(fault, 'away') && told === 0) throw fault;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
};
