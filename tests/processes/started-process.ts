/** A process of `apps/*` as a container starts it: told by variables, log lines as JSON on standard error. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { ROOT } from '../planted-copy.ts';

export interface StartedProcess {
  /** Resolves with the first log line that has this message. Rejects if the process ends before. */
  logged(message: string): Promise<Readonly<Record<string, unknown>>>;
  /** Everything it wrote. */
  output(): string;
  /** Sends a signal, and waits for nothing. */
  send(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. Returns the exit code; `null`: it did not end by itself. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** Starts the program at `path` below the repository, with no other variables than these and what Node needs. */
export const startProcess = (path: string, variables: Readonly<Record<string, string>>, args: readonly string[] = []): StartedProcess =>
  startCommand(process.execPath, [join(ROOT, path), ...args], variables);

/** The same of any program, such as one that becomes a process of `apps/*` in the end. */
export const startCommand = (command: string, args: readonly string[], variables: Readonly<Record<string, string>>): StartedProcess => {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], RUSHES_LOG_FORMAT: 'json', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    rest += text;
    lines.push(...rest.split('\n').slice(0, -1));
    rest = rest.split('\n').at(-1) ?? '';
  });
  const ended = once(child, 'close').then((): number | null => child.exitCode);
  const find = (message: string): Readonly<Record<string, unknown>> | undefined => {
    for (const line of lines) {
      if (!line.startsWith('{')) continue;
      const entry = JSON.parse(line) as Record<string, unknown>; // as: a log line is one JSON object
      if (entry['msg'] === message) return entry;
    }
    return undefined;
  };
  return {
    output: () => output,
    ended,
    logged: (message) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const entry = find(message);
          if (entry !== undefined) resolve(entry);
        };
        child.stderr.on('data', look);
        ended.then((code) => reject(new Error(`ended with ${code} without "${message}":\n${output}`)), reject);
        look();
      }),
    send: (signal) => void child.kill(signal),
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
};

/** A key by which events can be posted. @param begin starts the command line with these arguments. */
export const createWriterKey = async (begin: (args: readonly string[]) => StartedProcess): Promise<string> => {
  const made = begin(['keys', 'create', '--role', 'writer', '--name', 'test', '--json']);
  if ((await made.ended) !== 0) throw new Error(made.output());
  return (JSON.parse(made.output()) as { readonly key: string }).key; // as: the command's one document
};
