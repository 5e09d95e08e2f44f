import type { RunReport } from '@rushes/batch';
import { EXIT_CODES, exitCodeOfSignal, type ExitCode, type StopSignal } from '@rushes/runtime';

/** The exit code that says how a run ended; `signal` is what stopped it, if something did. */
export const exitCodeOfRun = ({ outcome }: Pick<RunReport, 'outcome'>, signal: StopSignal | undefined): ExitCode => {
  switch (outcome) {
    case 'published':
      return EXIT_CODES.ok;
    case 'refused':
      return EXIT_CODES.refused;
    case 'superseded':
      return EXIT_CODES.superseded;
    case 'failed':
      return EXIT_CODES.failed;
    case 'interrupted':
      return signal === undefined ? EXIT_CODES.failed : exitCodeOfSignal(signal);
  }
};
