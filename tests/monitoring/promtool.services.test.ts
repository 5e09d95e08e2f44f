/** Prometheus' own judgment of the rules, and their cases: each alert fires in one and must not in another. */
import { globSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { placeOf } from '../../tools/services/installed.ts';
import { prometheus, promtoolIn } from '../../tools/services/prometheus.ts';
import { runTool } from '../../tools/services/tools.ts';
import { ROOT } from '../planted-copy.ts';
import { needsServers } from '../services/needs-servers.ts';
import { RULES_FOLDER } from './rule-files.ts';

const CASES = join(ROOT, 'ops', 'prometheus', 'tests');

describe.skipIf(needsServers('prometheus'))('promtool', () => {
  const promtool = promtoolIn(placeOf(prometheus));

  test('finds no fault in the rules', async () => {
    const files = globSync(join(RULES_FOLDER, '*.yaml'));
    expect(await runTool(promtool, ['check', 'rules', ...files])).not.toContain('FAILED');
  });

  test.each(globSync('*.yaml', { cwd: CASES }))('plays the cases of %s', async (name) => {
    expect(await runTool(promtool, ['test', 'rules', join(CASES, name)])).toContain('SUCCESS');
  });
});
