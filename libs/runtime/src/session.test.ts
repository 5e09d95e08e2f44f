import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('session.ts', import.meta.url));

const runProgram = (work: string) => {
  const program = `
    import { endProcess, runSession } from ${JSON.stringify(MODULE)};
    const sleep = (ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref());
    endProcess(process, await runSession({ env: {}, cwd: ${JSON.stringify(import.meta.dirname)} }, process, async ({ lifecycle }) => { ${work} }));`;
  return spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { encoding: 'utf8' });
};

test('work that waits for what keeps no process alive is done to its end', () => {
  const { status, stdout, stderr } = runProgram(`await sleep(300); process.stdout.write('done'); return 3;`);
  expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: 'done', stderr: '' });
});

test('so is what was registered to be stopped, and afterwards the process ends by itself', () => {
  const { status, stdout, stderr } = runProgram(
    `lifecycle.onStop('a wait', async () => { await sleep(300); process.stdout.write('stopped'); }); return 0;`,
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'stopped', stderr: '' });
});
