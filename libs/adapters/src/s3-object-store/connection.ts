/** One client of one bucket, and how every request of the adapter is made. */
import { Readable } from 'node:stream';

import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

import { faultInKey, ObjectKeyError } from '../object-key/object-key.ts';
import { describeLocation, requireAddress, requireEndpoint } from './address.ts';
import { DEFAULT_LIMITS, type S3Clock, type S3Limits, SYSTEM_CLOCK } from './limits.ts';
import { type AttemptOptions, type Retries, withRetries } from './retries.ts';

export interface S3ConnectionOptions {
  readonly bucket: string;
  /** The store's keys lie under `prefix/`. Default: none, the store has the whole bucket. */
  readonly prefix?: string | undefined;
  /** `https://host:port` of a server that is not AWS. Default: AWS, in `region`. */
  readonly endpoint?: string | undefined;
  /** Default: as the SDK finds it (AWS_REGION, the profile); with an endpoint, else `us-east-1`. */
  readonly region?: string | undefined;
  /** The bucket in the path instead of the host's name. Default: true with an endpoint. */
  readonly pathStyle?: boolean | undefined;
  /** What differs from the defaults. */
  readonly limits?: Partial<S3Limits> | undefined;
  /** For tests. */
  readonly clock?: S3Clock | undefined;
}

/** Credentials are found by the SDK's default chain: environment, profiles, roles of container and machine. Nothing else is offered. */
export interface S3Connection extends Retries {
  readonly bucket: string;
  readonly client: S3Client;
  /** The key in the bucket. @throws ObjectKeyError for what cannot be a key. */
  readonly fullKey: (key: string) => string;
  /** What stands before the store's keys: `prefix/`, or nothing. */
  readonly under: string;
  /** What the server calls itself in its last answer, if it does. */
  readonly server: () => string | undefined;
  /** One request with its retries, see `withRetries`. */
  readonly request: <Result>(options: AttemptOptions, attempt: (signal: AbortSignal, tried: number) => Promise<Result>) => Promise<Result>;
}

const KEY_BYTES = 1024;

/** Sees every answer first. */
class WatchedHandler extends NodeHttpHandler {
  /** What the server calls itself in its last answer, if it does. */
  server: string | undefined;

  override async handle(...args: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    const handled = await super.handle(...args);
    const { headers, body } = handled.response;
    this.server = headers['server'] ?? this.server;
    // A connection that breaks while nobody reads (between two steps of the SDK, or after the reader has gone) would end the process.
    if (body instanceof Readable) body.on('error', () => {});
    return handled;
  }
}

/** Nothing is sent yet. @throws Error if bucket, prefix or endpoint cannot be one. */
export const connect = (options: S3ConnectionOptions): S3Connection => {
  const { bucket, prefix } = requireAddress({ bucket: options.bucket, prefix: options.prefix ?? '' });
  const endpoint = options.endpoint === undefined ? undefined : requireEndpoint(options.endpoint);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const clock = options.clock ?? SYSTEM_CLOCK;
  const location = describeLocation({ bucket, prefix }, endpoint);
  const region = options.region ?? (endpoint === undefined ? undefined : (process.env['AWS_REGION'] ?? 'us-east-1'));
  const handler = new WatchedHandler({ connectionTimeout: limits.connectMs, socketTimeout: limits.stallMs });
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    // Retried here, where signals and deadlines are heeded while waiting.
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    requestHandler: handler,
  });
  const under = prefix === '' ? '' : `${prefix}/`;
  const retries: Retries = { location, limits, clock };
  return {
    ...retries,
    bucket,
    client,
    under,
    fullKey: (key) => {
      const full = under + key;
      const fault =
        faultInKey(key) ?? (Buffer.byteLength(full) > KEY_BYTES ? `with its prefix it is longer than ${KEY_BYTES} bytes` : undefined);
      if (fault !== undefined) throw new ObjectKeyError(key, fault);
      return full;
    },
    server: () => handler.server,
    request: (how, attempt) => withRetries(retries, how, attempt),
  };
};
