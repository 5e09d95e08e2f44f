/** What is to be seen while a replay runs: how far it is, and if asked for the top movies as they change; in place on a terminal, as lines elsewhere. */
import { formatDuration, shortenLine } from '@rushes/runtime';
import type { FileSource, ReplayProgress } from '@rushes/speed';

import type { Invocation } from './cli.ts';
import { watchTopMovies } from './top-movies.ts';

export interface DisplayOptions {
  readonly name: string;
  readonly limit: number | undefined;
  /** Of the service whose top movies are shown. */
  readonly topMoviesUrl: string | undefined;
}

export interface ReplayDisplay {
  readonly onChunk: (progress: ReplayProgress) => void;
  end(how: 'finished' | 'failed'): Promise<void>;
}

/** Items in all, as far as the part of the file that was read tells. */
const expectedItems = (done: number, line: number, source: FileSource, limit: number | undefined): number | undefined => {
  const bytes = source.progress();
  if (bytes === undefined || bytes.read === 0 || line === 0) return limit;
  const left = (line / bytes.read) * (bytes.total - bytes.read);
  return Math.min(done + Math.ceil(left), limit ?? Infinity);
};

const progressLine = (name: string, done: number, total: number | undefined, elapsedMs: number): string => {
  const perSecond = done / Math.max(0.001, elapsedMs / 1000);
  const left = total === undefined || done === 0 ? '' : `  ${formatDuration(((total - done) / perSecond) * 1000)} left`;
  return `… ${name}  ${done.toLocaleString('en-US')} events  ${Math.round(perSecond).toLocaleString('en-US')} events/s${left}`;
};

export const showReplay = (invocation: Invocation, source: FileSource, { name, limit, topMoviesUrl }: DisplayOptions): ReplayDisplay => {
  const { terminal, output, progress } = invocation;
  const doneOf = ({ events, repeated, rejected }: ReplayProgress): number => events + repeated + rejected;

  if (topMoviesUrl === undefined || !terminal.interactive) {
    const task = progress.task({ name, unit: 'events', ...(limit === undefined ? {} : { total: limit }) });
    const watch = topMoviesUrl === undefined ? undefined : watchTopMovies(topMoviesUrl, (lines) => output.note(`${lines.join('\n')}\n`));
    let before = 0;
    return {
      onChunk: (now) => {
        const total = expectedItems(doneOf(now), now.line, source, limit);
        if (total !== undefined) task.setTotal(total);
        task.advance(doneOf(now) - before);
        before = doneOf(now);
      },
      end: async (how) => {
        await watch?.stop();
        if (how === 'failed') task.fail();
        else task.finish();
      },
    };
  }

  const startedMs = performance.now();
  let list: readonly string[] = [];
  let line = `… ${name}`;
  const draw = (): void => terminal.showLive([...list, '', line].map((text) => shortenLine(text, terminal.columns - 1)));
  const watch = watchTopMovies(topMoviesUrl, (lines) => {
    list = lines;
    draw();
  });
  let drawnMs = -Infinity;
  return {
    onChunk: (now) => {
      line = progressLine(name, doneOf(now), expectedItems(doneOf(now), now.line, source, limit), performance.now() - startedMs);
      if (performance.now() - drawnMs < 200) return;
      drawnMs = performance.now();
      draw();
    },
    end: async () => {
      await watch.stop();
      terminal.showLive([]);
      if (list.length > 0) terminal.write(`${list.join('\n')}\n`);
    },
  };
};
