import { Manifest, manifestKey } from '@rushes/ports/manifest';
import type { Lake } from './lake.ts';

/** What version k is; `undefined` if it has no manifest. @throws CorruptObjectError */
export const readManifest = (lake: Lake, version: number): Promise<Manifest | undefined> => lake.readJson(manifestKey(version), Manifest);
