export { openS3ObjectStore, probeS3, type S3ObjectStoreOptions } from './open-store.ts';
