/** What an `s3://` URL may say. Invariant: what is refused here never reaches a request, and no message repeats a password. */
import { isIP } from 'node:net';

import { faultInKey } from '../object-key/object-key.ts';

export interface S3Address {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const faultInBucket = (bucket: string): string | undefined => {
  if (bucket === '') return 'it names no bucket';
  if (bucket.length < 3 || bucket.length > 63) return 'the name of a bucket has 3 to 63 characters';
  if (!/^[a-z0-9.-]+$/.test(bucket)) return 'the name of a bucket has lower-case letters, digits, dots and hyphens only';
  if (!/^[a-z0-9].*[a-z0-9]$/.test(bucket)) return 'the name of a bucket begins and ends with a letter or a digit';
  if (bucket.includes('..')) return 'the name of a bucket has no two dots in a row';
  if (isIP(bucket) !== 0) return 'the name of a bucket is no IP address';
  return undefined;
};

/** @throws Error with what is wrong with a bucket or a prefix, for people. */
export const requireAddress = ({ bucket, prefix }: S3Address): S3Address => {
  const inBucket = faultInBucket(bucket);
  if (inBucket !== undefined) throw new Error(inBucket);
  const inPrefix = prefix === '' ? undefined : faultInKey(prefix);
  if (inPrefix !== undefined) throw new Error(`what follows the bucket cannot begin keys: ${inPrefix}`);
  return { bucket, prefix };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('it has a % that begins no encoded character');
  }
};

/**
 * Bucket and prefix of `s3://bucket/prefix`; a slash at the end means nothing. The path is percent-decoded, as that of any URL.
 * @throws Error that says what is wrong, for people; never with credentials.
 */
export const parseS3Url = (url: string): S3Address => {
  if (!/^s3:\/\//i.test(url)) throw new Error('it does not begin with s3://');
  // Not by `URL`, which resolves `..` and changes the case of names in silence.
  const rest = url.slice('s3://'.length);
  const slash = rest.indexOf('/');
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  if (authority.includes('@') || authority.includes(':'))
    throw new Error('it has room for a bucket only: credentials come from the environment, the endpoint has a setting of its own');
  if (rest.includes('?') || rest.includes('#'))
    throw new Error('it has no query and no fragment: endpoint and region have settings of their own');
  const path = slash === -1 ? '' : rest.slice(slash + 1);
  return requireAddress({ bucket: authority, prefix: decoded(path.endsWith('/') ? path.slice(0, -1) : path) });
};

/** @throws Error if the endpoint is no address of a server, or has credentials in it. */
export const requireEndpoint = (endpoint: string): string => {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new Error('the endpoint of S3 has the form https://host:port');
  if (url.username !== '' || url.password !== '')
    throw new Error('the endpoint of S3 has credentials in it: they come from the environment');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw new Error('the endpoint of S3 has nothing after its port');
  return url.origin;
};

/** The store in messages. */
export const describeLocation = ({ bucket, prefix }: S3Address, endpoint: string | undefined): string =>
  `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
