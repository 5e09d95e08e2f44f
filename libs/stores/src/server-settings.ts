/** What the configuration says of the servers behind stores. */
import { readFile } from 'node:fs/promises';

import { type Config, UsageError } from '@rushes/runtime';

export type ServerSettings = Pick<Config, 's3' | 'kafka' | 'cassandra' | 'mongodb' | 'postgres'>;

/** A file that a setting names, without the line end that editors put there. @throws UsageError if it cannot be read. */
const settingFile = async (setting: string, path: string | undefined): Promise<string | undefined> => {
  if (path === undefined) return undefined;
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new UsageError(`${setting}: ${path} cannot be read`, {
      hint: 'Name a file that is there and that this process may read.',
      cause,
    });
  }
};

/** A secret, or what its file holds. @throws UsageError if both are given, or the file cannot be read. */
export const secretOf = async (setting: string, value: string | undefined, path: string | undefined): Promise<string | undefined> => {
  if (value !== undefined && path !== undefined)
    throw new UsageError(`${setting} and ${setting}File are both given`, { hint: 'Give one of them.' });
  return value ?? (await settingFile(`${setting}File`, path));
};

interface TlsSettings {
  readonly tls: 'on' | 'off';
  readonly caFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Certificates as PEM texts. */
export interface TlsTexts {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** What connections are encrypted with; `undefined`: they are not. @throws UsageError if files are named that are of no use, or cannot be read. */
export const tlsOf = async (server: string, { tls, caFile, certificateFile, keyFile }: TlsSettings): Promise<TlsTexts | undefined> => {
  if (tls === 'off') {
    if (caFile !== undefined || certificateFile !== undefined || keyFile !== undefined)
      throw new UsageError(`${server}: certificates are given, but ${server}.tls is off`, {
        hint: `Set ${server}.tls to on, or leave them out.`,
      });
    return undefined;
  }
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw new UsageError(`${server}: a certificate and its key belong together`, {
      hint: `Give both ${server}.certificateFile and ${server}.keyFile, or neither.`,
    });
  const [ca, cert, key] = await Promise.all([
    settingFile(`${server}.caFile`, caFile),
    settingFile(`${server}.certificateFile`, certificateFile),
    settingFile(`${server}.keyFile`, keyFile),
  ]);
  return { ca, cert, key };
};
