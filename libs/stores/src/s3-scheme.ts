import { parseS3Url } from '@rushes/adapters/server-addresses';
import type { ObjectStore } from '@rushes/ports';

import type { Scheme } from './found-store.ts';

const PATH_STYLE: Readonly<Record<'auto' | 'path' | 'host', boolean | undefined>> = { auto: undefined, path: true, host: false };
const client = () => import('@rushes/adapters/s3-object-store');

/** `s3://bucket/prefix`. Keys are found where Amazon's clients look for them. */
export const s3Objects: Scheme<ObjectStore> = (url, { s3 }) => {
  const { bucket, prefix } = parseS3Url(url);
  const options = { bucket, prefix, endpoint: s3.endpoint, region: s3.region, pathStyle: PATH_STYLE[s3.addressing] };
  return {
    location: url,
    localPath: undefined,
    // A bucket that is empty is a store without objects.
    isThere: async () => true,
    async check() {
      const { server } = await (await client()).probeS3(options);
      return { version: server, findings: [] };
    },
    open: async ({ readOnly = false, isChecked = false } = {}) =>
      (await client()).openS3ObjectStore({ ...options, readOnly, probe: !readOnly && !isChecked }),
  };
};
