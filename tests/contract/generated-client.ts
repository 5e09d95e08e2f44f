/** A TypeScript client generated from the contract: it compiles under the strictest rules, and what it reads is what the service answers. */
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ROOT } from '../planted-copy.ts';
import { clientTools, run, workFolder } from './cached-tools.ts';

const PROGRAM = fileURLToPath(new URL('client/uses-client.ts', import.meta.url));
const NODE = join(ROOT, 'tools/bin/node');

const STRICTEST = {
  target: 'es2024',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: [],
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noPropertyAccessFromIndexSignature: true,
  skipLibCheck: false,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** @param contract path of `openapi.json`. Returns what the client's program says. */
export const checkClient = (contract: string, url: string, key: string): string => {
  const tools = clientTools();
  const folder = workFolder(tools);
  try {
    run(NODE, [join(tools, 'node_modules/openapi-typescript/bin/cli.js'), contract, '--output', join(folder, 'contract.ts')]);
    copyFileSync(PROGRAM, join(folder, 'uses-client.ts'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICTEST, include: ['*.ts'] }));
    run(NODE, ['node_modules/.bin/tsc', '-p', join(folder, 'tsconfig.json')]);
    return run(NODE, [join(folder, 'uses-client.ts'), url, key]).trim();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
