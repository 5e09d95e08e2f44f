import { execFile, type SpawnOptions, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

import { endWithUs, plainEnvironment } from '../../process/child.ts';

/** A peer that cannot be measured here; the message is one line that says why. */
export class PeerMissingError extends Error {
  override readonly name = 'PeerMissingError';
}

/** The first line that a program prints, such as its version, on either stream; `undefined` if there is no such program or it fails. */
export const firstLine = (command: string, args: readonly string[]): string | undefined => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined;
};

/**
 * Runs a program to its end; what it prints is dropped.
 * @throws PeerMissingError if it fails, with the last line that it said of it.
 */
export const runOrMissing = async (
  what: string,
  [command, ...args]: readonly [string, ...string[]],
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
): Promise<void> => {
  const running = promisify(execFile)(command, args, { ...options, env: { ...plainEnvironment(), LC_ALL: 'C.UTF-8' } });
  const letLive = endWithUs(running.child);
  try {
    await running;
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string }; // as: what execFile throws
    throw new PeerMissingError(`${what}: ${(stderr.trim() || message).split('\n').at(-1)}`, { cause: error });
  } finally {
    letLive();
  }
};
