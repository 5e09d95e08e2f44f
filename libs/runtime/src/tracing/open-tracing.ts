import type { AsyncLocalStorage } from 'node:async_hooks';

import type { Config } from '../config/settings.ts';
import type { Logger } from '../logger.ts';
import { createTroubleLog } from '../trouble-log.ts';
import { readSpanHeaders } from './span-headers.ts';
import type { OpenTracing, Span } from './tracing.ts';

const MESSAGE = 'spans could not be sent to the collector: they are dropped, nothing else is affected';
/** Of what a collector says. */
const REASON_LENGTH = 300;

/**
 * Opens what the configuration says; `undefined`: nothing is traced, and no code for it is loaded.
 * @throws UsageError if the file of headers cannot be used.
 */
export const openTracing = async (
  settings: Config['tracing'],
  { service, current, logger }: { readonly service: string; readonly current: AsyncLocalStorage<Span>; readonly logger: Logger },
): Promise<OpenTracing | undefined> => {
  if (settings.url === undefined) return undefined;
  const headers = await readSpanHeaders(settings.headersFile);
  const { openOtlpTracing } = await import('./otlp-tracing.ts');
  const troubles = createTroubleLog({ logger, level: 'warn' });
  return openOtlpTracing(settings.url, settings, {
    service,
    headers,
    current,
    onTrouble: (reason) => (reason === undefined ? troubles.settle() : troubles.report(MESSAGE, reason.slice(0, REASON_LENGTH))),
    random: Math.random,
  });
};
