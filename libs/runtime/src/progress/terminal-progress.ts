import type { Terminal } from '../terminal.ts';
import { shortenLine } from '../wrap-text.ts';
import { describeFinished, describeRunning } from './pace.ts';
import type { Progress } from './progress.ts';
import { trackTask, type TrackedTask } from './tracked-task.ts';

const REDRAW_EVERY_MS = 200;

/** Progress as live lines, one for each running task; a task that is over leaves a line behind. */
export const createTerminalProgress = (terminal: Terminal, nowMs: () => number): Progress => {
  const running = new Set<TrackedTask>();
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void =>
    terminal.showLive([...running].map((task) => shortenLine(`… ${describeRunning(task.state())}`, terminal.columns - 1)));
  const end = (task: TrackedTask, line: string): void => {
    running.delete(task);
    if (running.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    draw();
    terminal.write(`${line}\n`);
  };

  return {
    task: (options) => {
      const task = trackTask(options, nowMs, {
        advanced: () => undefined,
        finished: (state, note) => end(task, `✓ ${describeFinished(state, note)}`),
        failed: (state, note) => end(task, `✗ ${describeFinished(state, note ?? 'failed')}`),
      });
      running.add(task);
      timer ??= setInterval(draw, REDRAW_EVERY_MS).unref();
      draw();
      return task;
    },
  };
};
