/** What is left of a log that was lost, and what begins another one in its place. */
import { beginLogAnew, openWhatIsLeft } from '@rushes/adapters/embedded';
import type { BegunLog, CallOptions, EventLog, LogBeginning, SpeedStore } from '@rushes/ports';
import { type Session, statIfThere, TerminalError, UsageError } from '@rushes/runtime';

import { configuredLocations } from './locations.ts';
import { findStores } from './schemes.ts';

export interface LostLog {
  /** What can be opened of it, and of what was projected from it. */
  readonly left: { readonly log: EventLog | undefined; readonly speed: SpeedStore | undefined };
  readonly begin: (beginning: LogBeginning, now: Date, options: CallOptions) => Promise<BegunLog>;
  close(): Promise<void>;
}

/**
 * @param leftUrl where the lost log was, if the new one is to lie elsewhere.
 * @throws TerminalError if there is a log on a server where the new one is to lie: topics cannot be set aside.
 */
export const openLostLog = async ({ config }: Pick<Session, 'config'>, leftUrl?: string): Promise<LostLog> => {
  const at = configuredLocations(config);
  const { log, speed } = findStores(at);
  if (log.localPath !== undefined && speed.localPath !== undefined && leftUrl === undefined) {
    const left = await openWhatIsLeft(log.localPath, speed.localPath);
    const aside = [speed.localPath];
    return {
      left,
      begin: async (beginning, now) => {
        const begun = await beginLogAnew(log.location, beginning, now, aside);
        return {
          ...begun,
          async takePlace() {
            await left.close();
            return begun.takePlace();
          },
        };
      },
      close: () => left.close(),
    };
  }
  if (log.localPath === undefined && (await log.beginner.state()) === 'there')
    throw new TerminalError(`there are topics of a log at ${log.location}`, {
      hint: 'A lost log cannot be set aside there. If it can be read in part, name it with --left, and another prefix for the new one with --log-url; else delete what is left of its topics.',
    });
  if (log.localPath !== undefined && leftUrl !== undefined && (await statIfThere(log.localPath)) !== undefined)
    throw new UsageError(`there is a log at ${log.location}`, { hint: 'Name another place for the new one.' });
  await log.beginner.check();
  const old =
    leftUrl === undefined ? undefined : await findStores({ ...at, urls: { ...at.urls, log: leftUrl } }).log.open({ readOnly: true });
  const projected = (await speed.isThere()) ? await speed.open({ readOnly: true }).catch(() => undefined) : undefined;
  return {
    left: { log: old, speed: projected },
    begin: log.beginner.begin,
    async close() {
      await projected?.close();
      await old?.close();
    },
  };
};
