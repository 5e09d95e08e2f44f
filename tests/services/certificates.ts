/** An authority of a test's own, and certificates that it signed: of a server on the loopback address, and of a client. Made by `openssl`. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isInstalled } from '../../tools/services/tools.ts';

/** A text as PEM, and the file that holds it. */
export interface Pem {
  readonly file: string;
  readonly text: string;
}

export interface Certificates {
  /** Of the authority. */
  readonly ca: Pem;
  /** Of another one, which signed nothing. */
  readonly otherCa: Pem;
  /** Key and certificate of the server in one file, as servers take them. */
  readonly server: Pem;
  readonly clientCert: Pem;
  readonly clientKey: Pem;
}

/** Whether certificates can be made here; says it if not. */
export const canMakeCertificates = (): boolean => {
  if (isInstalled('openssl', 'version')) return true;
  process.stdout.write('skipped: tests of encrypted connections: there is no `openssl` on the path (Debian: apt-get install openssl)\n');
  return false;
};

/** @param folder of the test's own, which it removes. */
export const makeCertificates = (folder: string): Certificates => {
  const at = (name: string): string => join(folder, name);
  const run = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const authority = (name: string): void =>
    run('req', '-x509', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`);
  const signed = (name: string, extension: string): void => {
    const request = ['-subj', `/CN=${name}`, '-addext', extension, '-CA', at('ca.pem'), '-CAkey', at('ca.key')];
    run('req', '-x509', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), ...request);
  };
  const pem = (name: string): Pem => ({ file: at(name), text: readFileSync(at(name), 'utf8') });
  authority('ca');
  authority('other-ca');
  signed('server', 'subjectAltName=IP:127.0.0.1');
  signed('client', 'extendedKeyUsage=clientAuth');
  writeFileSync(at('server-both.pem'), pem('server.key').text + pem('server.pem').text);
  return {
    ca: pem('ca.pem'),
    otherCa: pem('other-ca.pem'),
    server: pem('server-both.pem'),
    clientCert: pem('client.pem'),
    clientKey: pem('client.key'),
  };
};
