/** What is left of a log that was lost, and what begins another one in its place. */
import { beginLogAnew, openWhatIsLeft } from '@rushes/adapters/embedded';
import type { BegunLog, CallOptions, EventLog, LogBeginning, SpeedStore } from '@rushes/ports';
import { type Session, TerminalError } from '@rushes/runtime';

import type { FoundStore } from './found-store.ts';
import { configuredLocations } from './locations.ts';
import { findStores } from './schemes.ts';

export interface LostLog {
  /** What can be opened of it, and of what was projected from it. */
  readonly left: { readonly log: EventLog | undefined; readonly speed: SpeedStore | undefined };
  readonly begin: (beginning: LogBeginning, now: Date, options: CallOptions) => Promise<BegunLog>;
  close(): Promise<void>;
}

/** A log in a file: what is there is set aside, and so is a speed store in a file, which was projected from it. */
const lostFile = async (logFile: string, speed: FoundStore<SpeedStore>): Promise<LostLog> => {
  const { localPath } = speed;
  const left = await openWhatIsLeft(logFile, localPath);
  const remote = localPath === undefined ? await openIfThere(speed) : undefined;
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    await remote?.close();
    await left.close();
  };
  const close = (): Promise<void> => (closing ??= closeAll());
  return {
    left: { log: left.log, speed: left.speed ?? remote },
    begin: async (beginning, now) => {
      const begun = await beginLogAnew(logFile, beginning, now, localPath === undefined ? [] : [localPath]);
      return {
        ...begun,
        async takePlace() {
          await close();
          return begun.takePlace();
        },
      };
    },
    close,
  };
};

/** One that cannot be opened says nothing of what it has seen. */
const openIfThere = async (speed: FoundStore<SpeedStore>): Promise<SpeedStore | undefined> =>
  (await speed.isThere()) ? speed.open({ readOnly: true }).catch(() => undefined) : undefined;

/**
 * @param leftUrl where the lost log was, if the new one is to lie elsewhere.
 * @throws TerminalError if there is a log on a server where the new one is to lie: topics cannot be set aside.
 */
export const openLostLog = async ({ config }: Pick<Session, 'config'>, leftUrl?: string): Promise<LostLog> => {
  const at = configuredLocations(config);
  const { log, speed } = findStores(at);
  if (log.localPath !== undefined && leftUrl === undefined) return lostFile(log.localPath, speed);
  if ((await log.beginner.state()) === 'there')
    throw new TerminalError(`there is a log already: ${log.location}`, {
      hint: 'A lost log is not set aside there. If it can be read in part, name it with --left, and another place for the new one with --log-url; else delete what is left of it.',
    });
  await log.beginner.check();
  const old = leftUrl === undefined ? undefined : findStores({ ...at, urls: { ...at.urls, log: leftUrl } }).log;
  const left = await old?.open({ readOnly: true });
  const projected = await openIfThere(speed);
  return {
    left: { log: left, speed: projected },
    begin: log.beginner.begin,
    async close() {
      await projected?.close();
      await left?.close();
    },
  };
};
