/**
 * Ends with this process what it and the programs that it runs have started, also where it is killed: a process beside it waits for its end
 * (`guard-process.ts`). Servers have groups of their own, so no signal to this one's reaches them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The variable that names the folder in which servers of a program that is run have theirs: `<folder>/<any>/<server>`. */
export const OWN_SERVERS = 'TEST_OWN_SERVERS';

/** After it was asked to end a program is ended by force. */
const GRACE_MS = 10_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Guard {
  /** A server is ended and removed with this process. @param folder that it runs from. */
  readonly add: (folder: string) => void;
  /**
   * Runs Node with these arguments, and variables beside those of this process. A signal to this process is one to the program.
   * @returns its exit code; 1 if it was ended.
   */
  readonly run: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<number>;
  /** Ends everything now; resolves when that is done. */
  readonly end: () => Promise<void>;
}

/** From now on a signal ends this process only when `end` is done, with exit code 1. */
export const startGuard = async (): Promise<Guard> => {
  const beside = spawn(process.execPath, [join(import.meta.dirname, 'guard-process.ts')], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  const gone = once(beside, 'exit');
  const tell = (line: string): void => void beside.stdin.write(`${line}\n`);
  const end = async (): Promise<void> => {
    beside.stdin.end();
    await gone;
  };
  let pass: ((signal: NodeJS.Signals) => void) | undefined;
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (pass === undefined) void end().then(() => process.exit(1));
      else pass(signal);
    });

  const run: Guard['run'] = async (args, env = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'rushes-servers-'));
    tell(`servers ${folder}`);
    const child = spawn(process.execPath, args, {
      stdio: 'inherit',
      detached: true,
      env: { ...process.env, ...env, [OWN_SERVERS]: folder },
    });
    if (child.pid !== undefined) tell(`group ${child.pid}`);
    let grace: NodeJS.Timeout | undefined;
    pass = (signal) => {
      child.kill(signal);
      grace ??= setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    const [code] = (await once(child, 'exit')) as [number | null]; // as: the event's arguments
    clearTimeout(grace);
    pass = undefined;
    return code ?? 1;
  };
  return { add: (folder) => tell(`server ${folder}`), run, end };
};
