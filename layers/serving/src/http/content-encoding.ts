/** Compression of answers. Bodies that are kept ready are compressed once, not once a request. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { negotiate } from '@fastify/accept-negotiator';
import { LRUCache } from 'lru-cache';

export type Encoding = 'br' | 'gzip';

/** Below this many bytes compression saves less than it costs. */
export const COMPRESSION_THRESHOLD_BYTES = 1024;

/** Brotli's default (11) takes a hundred times as long as 4 and saves a tenth more. */
const BROTLI_QUALITY = 4;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

// Bounded, for clients choose their headers.
const decided = new LRUCache<string, Encoding | 'identity'>({ max: 100 });

/** The encoding that the client prefers among ours; `undefined`: none. */
export const preferredEncoding = (acceptEncoding: string | undefined): Encoding | undefined => {
  if (acceptEncoding === undefined) return undefined;
  let decision = decided.get(acceptEncoding);
  if (decision === undefined) {
    decision = negotiate<Encoding | 'identity'>(acceptEncoding, ['br', 'gzip', 'identity']) ?? 'identity';
    decided.set(acceptEncoding, decision);
  }
  return decision === 'identity' ? undefined : decision;
};

export const compress = (encoding: Encoding, body: string | Buffer): Promise<Buffer> =>
  encoding === 'br' ? brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }) : zip(body);
