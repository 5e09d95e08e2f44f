/**
 * Stores on servers: what their URLs and the settings of their servers say, as the adapters' options. Nothing is asked or read before a store is used, and
 * no client is loaded: that takes half a second and tens of megabytes, which whoever has everything in one folder is spared.
 */
import { parseS3Url } from '@rushes/adapters/server-addresses';
import type { ObjectStore } from '@rushes/ports';

import type { Scheme } from './found-store.ts';

const PATH_STYLE: Readonly<Record<'auto' | 'path' | 'host', boolean | undefined>> = { auto: undefined, path: true, host: false };

/** `s3://bucket/prefix`. */
export const s3Objects: Scheme<ObjectStore> = (url, { s3 }) => {
  const { bucket, prefix } = parseS3Url(url);
  const options = { bucket, prefix, endpoint: s3.endpoint, region: s3.region, pathStyle: PATH_STYLE[s3.addressing] };
  return {
    location: url,
    localPath: undefined,
    // A bucket that is empty is a store without objects.
    isThere: async () => true,
    async check() {
      const { probeS3 } = await import('@rushes/adapters/s3-object-store');
      const { server } = await probeS3(options);
      return { version: server, findings: [] };
    },
    async open({ readOnly = false, isChecked = false } = {}) {
      const { openS3ObjectStore } = await import('@rushes/adapters/s3-object-store');
      return openS3ObjectStore({ ...options, readOnly, probe: !readOnly && !isChecked });
    },
  };
};
