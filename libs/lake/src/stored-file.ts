/** Files of the lake are named after their content, so each of them can be checked: whatever is read was compared with its name before. */
import type { TableFile } from '@rushes/ports/manifest';

/** What of a file of the lake says what it has to be. */
export type StoredFile = Pick<TableFile, 'key' | 'sha256' | 'bytes'>;

/** `missing`, or other bytes than those that were stored. */
export type FileFault = 'missing' | 'damaged';

export const tellFault = (key: string, location: string, fault: FileFault): string =>
  `${key} in ${location} is ${fault === 'missing' ? 'gone' : 'damaged: its bytes are not those that were stored'}`;

/** A file of the lake that cannot be read as what it was stored. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  readonly key: string;
  readonly fault: FileFault;
  constructor(key: string, location: string, fault: FileFault, options?: ErrorOptions) {
    super(tellFault(key, location, fault), options);
    this.key = key;
    this.fault = fault;
  }
}
