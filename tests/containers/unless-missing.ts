import { ServiceError } from '../../tools/services/service.ts';

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What a tool is opened as; `undefined` where it cannot be had on this machine, which is told in a line. */
export const unlessMissing = async <Tool>(what: string, open: () => Promise<Tool>): Promise<Tool | undefined> => {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    say(`skipped: tests of ${what}: ${error.message.split('\n')[0]}`);
    return undefined;
  }
};
