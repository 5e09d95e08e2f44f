/**
 * The contract (`/openapi.json`) against what it promises: no complaint of a linter, a generated client that compiles strictly and works, and made-up
 * requests at the running service. Ends with 1 and the reason if anything is not so.
 *
 *     npm run contract                 all three
 *     npm run contract -- lint client  only these
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRushes } from '../e2e/started-rushes.ts';
import { run } from './cached-tools.ts';
import { fuzz } from './fuzz.ts';
import { checkClient } from './generated-client.ts';

const STEPS = ['lint', 'client', 'fuzz'];
const asked = process.argv.slice(2);
const unknown = asked.filter((step) => !STEPS.includes(step));
if (unknown.length > 0) throw new Error(`there is no step ${unknown.join(', ')}: ${STEPS.join(', ')}`);
const steps = new Set(asked.length === 0 ? STEPS : asked);

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const lint = (contract: string): void => {
  process.env['REDOCLY_TELEMETRY'] = 'off';
  process.env['REDOCLY_SUPPRESS_UPDATE_NOTICE'] = 'true';
  const redocly = ['node_modules/.bin/redocly', 'lint', contract, '--config', 'tests/contract/redocly.yaml', '--format', 'stylish'];
  run('tools/bin/node', redocly);
  say('contract: no complaint of the linter');
};

const makeKey = (data: string): string => {
  const answer = run('npx', ['rushes', 'keys', 'create', '--role', 'writer', '--name', 'contract', '--data', data, '--json']);
  return String((JSON.parse(answer) as { readonly key: unknown }).key); // as: the command answers with one object
};

/** Whoever makes up a request waits for the end of its answer. */
const SHORT_STREAMS = ['--event-streams-max-ms', '40', '--event-streams-heartbeat-ms', '20'];

const folder = mkdtempSync(join(tmpdir(), 'rushes-contract-'));
const data = join(folder, 'data');
const started = await startRushes(['--data', data, '--rate-limit-per-minute', '0', '--min-position-wait-ms', '10000', ...SHORT_STREAMS]);
try {
  await started.ready();
  const contract = join(folder, 'openapi.json');
  writeFileSync(contract, await (await fetch(`${started.url}/openapi.json`)).text());
  const key = makeKey(data);
  if (steps.has('lint')) lint(contract);
  if (steps.has('client')) say(`contract: the generated client compiles and works: ${checkClient(contract, started.url, key)}`);
  if (steps.has('fuzz')) {
    const held = fuzz(started.url, key);
    if (held === undefined) say('contract: skipped: made-up requests need Python 3.10 or later with venv');
    else if (!held) throw new Error('made-up requests were not answered as described');
  }
} finally {
  started.kill();
  rmSync(folder, { recursive: true, force: true });
}
