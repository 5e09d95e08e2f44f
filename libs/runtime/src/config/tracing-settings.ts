/** Settings of traces. Like those of servers they belong to a deployment, so they have no flags. */
import { Type } from 'typebox';

import { optionalSetting, setting } from './setting.ts';

export const tracing = {
  url: optionalSetting({
    variable: 'RUSHES_TRACING_URL',
    placeholder: 'URL',
    schema: Type.String({ pattern: '^https?://.+' }),
    fallbackText: 'none: nothing is traced',
    description: 'address that spans are posted to, by OpenTelemetry (OTLP over HTTP), such as http://collector:4318/v1/traces',
  }),
  share: setting({
    variable: 'RUSHES_TRACING_SHARE',
    placeholder: 'N',
    schema: Type.Number({ minimum: 0, maximum: 1 }),
    fallback: 0.01,
    description: 'share of requests that are traced, chosen at random; batch runs always are',
  }),
  callers: setting({
    variable: 'RUSHES_TRACING_CALLERS',
    placeholder: 'HOW',
    schema: Type.Enum(['ignore', 'follow']),
    fallback: 'ignore' as const,
    description:
      'whether the `sampled` flag in the `traceparent` of a request decides in place of the share: follow only where none but your own programs can send requests',
  }),
  headersFile: optionalSetting({
    variable: 'RUSHES_TRACING_HEADERS_FILE',
    placeholder: 'FILE',
    schema: Type.String({ minLength: 1 }),
    fallbackText: 'none',
    path: true,
    description: 'file of further headers for the collector, one `Name: value` on a line, such as its credentials',
  }),
  namespace: setting({
    variable: 'RUSHES_TRACING_NAMESPACE',
    placeholder: 'NAME',
    schema: Type.String({ minLength: 1 }),
    fallback: 'rushes',
    description: 'name space of the services in traces: one for each deployment',
  }),
};
