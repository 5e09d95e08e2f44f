/** Probes by HTTP: other kinds are not known here, and a container that has one never becomes ready. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { V1Container, V1Probe } from '@kubernetes/client-node';

const SECOND_MS = 1_000;

const urlOf = ({ httpGet }: V1Probe, { ports = [] }: V1Container, address: string): string | undefined => {
  if (httpGet === undefined) return undefined;
  const { port, path = '/', host = address } = httpGet;
  // A port has a number or a name. The client's type says `object` for it, and is either.
  const number: unknown = typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort;
  return typeof number === 'number' ? `http://${host}:${number}${path}` : undefined;
};

const isContent = async (url: string | undefined, timeoutMs: number, over: AbortSignal): Promise<boolean> => {
  if (url === undefined) return false;
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]) });
    await answer.body?.cancel();
    return answer.status >= 200 && answer.status < 400;
  } catch {
    return false;
  }
};

/** Asks until `over`, and tells each time that as many answers in a row as it takes said the same. */
export const watchProbe = async (
  probe: V1Probe,
  { container, address, over, tell }: { container: V1Container; address: string; over: AbortSignal; tell: (isWell: boolean) => void },
): Promise<void> => {
  // The API server has filled in what a probe leaves out.
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1, successThreshold = 1, failureThreshold = 3 } = probe;
  const url = urlOf(probe, container, address);
  const pause = (seconds: number): Promise<void> => sleep(seconds * SECOND_MS, undefined, { signal: over }).catch(() => undefined);
  await pause(initialDelaySeconds);
  for (let last: boolean | undefined, count = 0; !over.aborted; await pause(periodSeconds)) {
    const isWell = await isContent(url, timeoutSeconds * SECOND_MS, over);
    if (over.aborted) return;
    count = isWell === last ? count + 1 : 1;
    last = isWell;
    if (count === (isWell ? successThreshold : failureThreshold)) tell(isWell);
  }
};
