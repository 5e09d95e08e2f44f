/** Requests that schemathesis makes up from the contract: never a 5xx, every status, header and body as described. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { schemathesis } from './cached-tools.ts';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'unsupported_method',
];

/** For all phases together; the deterministic ones come first and are not cut. */
const MAX_SECONDS = 100;
const EXAMPLES = 5;

/** Whether all held; `undefined`: without Python nothing was tried. */
export const fuzz = (url: string, key: string): boolean | undefined => {
  const program = schemathesis();
  if (program === undefined) return undefined;
  // It leaves a folder of what it found where it runs.
  const cwd = mkdtempSync(join(tmpdir(), 'rushes-fuzz-'));
  try {
    const args = ['run', `${url}/openapi.json`, '--header', `X-API-Key: ${key}`, '--checks', CHECKS.join(',')];
    const bounds = ['--max-examples', String(EXAMPLES), '--max-time', String(MAX_SECONDS), '--request-timeout', '20', '--workers', '2'];
    const manner = ['--generation-deterministic', '--continue-on-failure', '--warnings', 'off', '--no-color'];
    return spawnSync(program, [...args, ...bounds, ...manner], { cwd, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
};
